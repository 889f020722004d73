import type { Context, Next } from 'koa';

/**
 * Answers only requests whose Host is the issuer's; health checks come from anywhere. The library builds its URLs from the request's
 * headers: from here on they say what the issuer says, whatever a proxy in front does or forgets.
 */
export function allowHost(issuer: string) {
  const { host, protocol } = new URL(issuer);
  return function checkHost(ctx: Context, next: Next): Promise<void> | undefined {
    if (ctx.path.startsWith('/health/') || ctx.path === '/metrics' || ctx.host === host) {
      ctx.req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      ctx.req.headers['x-forwarded-host'] = host;
      ctx.cookies.secure = protocol === 'https:';
      return next();
    }
    ctx.status = 421;
    ctx.body = {
      error: 'misdirected_request',
      message: 'This server answers for another host.',
      details: [],
      requestId: ctx.state.requestId,
    };
    return undefined;
  };
}
