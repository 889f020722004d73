import type { Context, Next } from 'koa';
import { formBody } from './form-body.js';

/**
 * An authorization request by POST goes on as a GET with the body as query (contract.md), so that what follows, cookies bound to
 * SameSite included, is one and the same.
 */
export async function authorizeByPost(ctx: Context, next: Next): Promise<void> {
  if (ctx.method !== 'POST' || ctx.path !== '/oauth2/authorize') return next();
  await formBody(ctx, async () => {});
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(`/oauth2/authorize?${new URLSearchParams(ctx.request.body as Record<string, string>)}`);
}
