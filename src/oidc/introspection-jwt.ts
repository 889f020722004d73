/**
 * Introspection answered as a JWT (RFC 9701). The library does it for the tokens that it knows, with the algorithm of the caller's
 * client metadata; for JWT access tokens, which are answered around its endpoint, it is done here in the same way.
 */
import type { Context } from 'koa';
import type { OidcContext } from './runtime.js';

const MEDIA_TYPE = 'application/token-introspection+jwt';

/** As the library decides it (introspection.js): JSON unless the caller prefers the JWT. */
export const answersAsJwt = (ctx: Context): boolean => ctx.accepts('json', MEDIA_TYPE) === MEDIA_TYPE;

/** Signs the answer for the caller, who is its audience; what is said of the token stands in `token_introspection` alone. */
export async function signIntrospection(ctx: Context, oidc: OidcContext): Promise<void> {
  const token = new oidc.provider.IdToken({}, { ctx });
  token.extra = { token_introspection: ctx.body };
  ctx.body = await token.issue({ use: 'introspection' });
  ctx.type = `${MEDIA_TYPE}; charset=utf-8`;
}
