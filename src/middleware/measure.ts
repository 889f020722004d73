import type { Context, Next } from 'koa';
import { requestDuration } from '../lib/metrics.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts each request by the pattern of its route, never by its path: what nobody knows is `unknown`, whatever it says.
 * @param otherRoute names what isn't the router's: the protocol's paths, styles and icons
 */
export function measureRequests(otherRoute: (path: string) => string | undefined) {
  return function measure(ctx: Context, next: Next): Promise<void> {
    const started = performance.now();
    const { path } = ctx;
    ctx.res.once('close', () => {
      const matched = (ctx as { _matchedRoute?: unknown })._matchedRoute;
      const route = typeof matched === 'string' ? matched : (otherRoute(path) ?? 'unknown');
      const method = METHODS.has(ctx.method) ? ctx.method : 'other';
      const status = ctx.res.headersSent ? ctx.res.statusCode : 'none';
      requestDuration.observe({ route, method, status }, (performance.now() - started) / 1000);
    });
    return next();
  };
}
