import type { Context, Next } from 'koa';
import { RollcallError } from '../lib/errors.js';

/**
 * Answers only requests whose Host is the issuer's, others by 421; health checks come from anywhere. The library builds its URLs from the request's
 * headers: from here on they say what the issuer says, whatever a proxy in front does or forgets.
 */
export function allowHost(issuer: string) {
  const { host, protocol } = new URL(issuer);
  return function checkHost(ctx: Context, next: Next): Promise<void> {
    if (ctx.path.startsWith('/health/') || ctx.path === '/metrics' || ctx.host === host) {
      ctx.req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      ctx.req.headers['x-forwarded-host'] = host;
      ctx.cookies.secure = protocol === 'https:';
      return next();
    }
    throw new RollcallError('misdirected_request', 421, 'This server answers for another host.');
  };
}
