import type { Context, Next } from 'koa';
import { rawForm } from './form-body.js';

/** Endpoints that browsers are sent to, which the protocol allows by POST too (OIDC Core 3.1.2.1, RP-Initiated Logout 2). */
const PATHS = new Set(['/oauth2/authorize', '/oauth2/logout']);

/**
 * Such a request goes on as a GET with the body as query (contract.md): what follows is one and the same, and the cookies, which
 * SameSite keeps from a POST that another site begins, are there. What is repeated stays repeated, for the protocol to judge.
 */
export async function postAsGet(ctx: Context, next: Next): Promise<void> {
  if (ctx.method !== 'POST' || !PATHS.has(ctx.path)) return next();
  const form = await rawForm(ctx);
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(`${ctx.path}?${form}`);
}
