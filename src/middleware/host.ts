import type { Context, Next } from 'koa';

/**
 * Answers only requests whose Host is the issuer's, for the library builds its URLs from that header. Health checks come from
 * anywhere.
 */
export function allowHost(issuer: string) {
  const { host } = new URL(issuer);
  return async function checkHost(ctx: Context, next: Next): Promise<void> {
    if (ctx.path.startsWith('/health/') || ctx.path === '/metrics' || ctx.host === host) return next();
    ctx.status = 421;
    ctx.body = {
      error: 'misdirected_request',
      message: 'This server answers for another host.',
      requestId: ctx.state.requestId,
    };
  };
}
