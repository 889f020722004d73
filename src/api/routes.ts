import type { Endpoint, Method } from './endpoint.js';

/** What a request's method and path lead to. */
export type Match =
  | { kind: 'endpoint'; endpoint: Endpoint; params: Record<string, string> }
  /** The path is known, the method isn't taken there. */
  | { kind: 'method'; allow: string }
  | undefined;

interface Route {
  path: string;
  parts: readonly string[];
  byMethod: Map<Method, Endpoint>;
}

const isName = (part: string) => part.startsWith('{');

/**
 * Finds endpoints by path: literal parts win over named ones. HEAD is answered as GET.
 * @throws TypeError where two endpoints have the same method and path
 */
export function createRoutes(endpoints: readonly Endpoint[]): (method: string, path: string) => Match {
  const routes = new Map<string, Route>();
  for (const endpoint of endpoints) {
    const { path, method } = endpoint;
    const route = routes.get(path) ?? { path, parts: path.split('/').slice(1), byMethod: new Map() };
    if (route.byMethod.has(method)) throw new TypeError(`${method} ${path} is there twice`);
    routes.set(path, { ...route, byMethod: route.byMethod.set(method, endpoint) });
  }
  const literalFirst = [...routes.values()].sort((a, b) => rank(a).localeCompare(rank(b)));
  return function match(method, path) {
    const parts = decode(path);
    const route = parts && literalFirst.find((one) => fits(one.parts, parts));
    if (!parts || !route) return undefined;
    const asked = (method === 'HEAD' ? 'get' : method.toLowerCase()) as Method;
    const endpoint = route.byMethod.get(asked);
    if (!endpoint) return { kind: 'method', allow: allowed(route) };
    const named = route.parts.flatMap((part, i) => (isName(part) ? [[part.slice(1, -1), parts[i] as string]] : []));
    return { kind: 'endpoint', endpoint, params: Object.fromEntries(named) };
  };
}

const rank = ({ parts }: Route) => parts.map((part) => (isName(part) ? '1' : '0')).join('');

const fits = (route: readonly string[], parts: readonly string[]) =>
  route.length === parts.length && route.every((part, i) => (isName(part) ? parts[i] !== '' : part === parts[i]));

/** @returns undefined for what isn't percent-encoded as it should be */
function decode(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function allowed({ byMethod }: Route): string {
  const methods = [...byMethod.keys()].map((method) => method.toUpperCase());
  return [...(byMethod.has('get') ? ['HEAD'] : []), ...methods].sort().join(', ');
}
