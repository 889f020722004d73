import type { Context } from 'koa';

/** What each endpoint takes, by the library's names of them. A POST to those for browsers goes on as a GET: see `post-as-get.ts`. */
const METHODS: Record<string, string> = {
  authorization: 'GET, POST',
  token: 'POST',
  userinfo: 'GET, POST',
  jwks: 'GET',
  introspection: 'POST',
  revocation: 'POST',
  pushed_authorization_request: 'POST',
  device_authorization: 'POST',
  code_verification: 'GET, POST',
  registration: 'POST',
  end_session: 'GET, POST',
};

/**
 * An endpoint that is asked by a method that it doesn't take answers 405 and names those that it does (RFC 9110 15.5.6; RFC 9126 2.3),
 * where the library finds nothing at all.
 * @param routes the paths by the same names
 */
export function refuseOtherMethods(routes: Record<string, string>) {
  const allowed = new Map(Object.entries(routes).map(([name, path]) => [path, METHODS[name]]));
  return function refuse(ctx: Context): void {
    const methods = allowed.get(ctx.path);
    if (!methods || ctx.status !== 404 || ctx.body) return;
    ctx.status = 405;
    ctx.set({ Allow: methods, 'Cache-Control': 'no-store' });
    ctx.body = { error: 'invalid_request', error_description: `this endpoint takes ${methods.replace(', ', ' and ')}` };
  };
}
