import type { Context } from 'koa';
import type { OidcContext } from './runtime.js';

/** Token answers forbid old caches too: RFC 6749 5.1 asks for `Pragma` beside `Cache-Control`, which the library sets alone. */
export function keepNoToken(ctx: Context): void {
  if ((ctx as OidcContext).oidc?.route === 'token') ctx.set('Pragma', 'no-cache');
}
