import type { Context, Next } from 'koa';
import type { OidcContext } from './runtime.js';

/** Token answers forbid old caches too: RFC 6749 5.1 asks for `Pragma` beside `Cache-Control`, which the library sets alone. */
export async function keepNoToken(ctx: Context, next: Next): Promise<void> {
  await next();
  if ((ctx as OidcContext).oidc?.route === 'token') ctx.set('Pragma', 'no-cache');
}
