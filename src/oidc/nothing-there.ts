import type { Context } from 'koa';
import type { OidcContext } from './runtime.js';
import type { ProviderPages } from './settings/features.js';

const NOTHING = { error: 'not_found', error_description: 'There is nothing at this address.' };

/** What the library finds nothing at would be answered by Koa's plain text: a page for browsers, JSON for everyone else, as everywhere. */
export function sayNothingThere(pages: ProviderPages) {
  return async function answerNothing(ctx: Context): Promise<void> {
    if (ctx.status !== 404 || ctx.body) return;
    ctx.set('Cache-Control', 'no-store');
    if (ctx.accepts('json', 'html') === 'html')
      await pages.error(ctx as OidcContext, NOTHING, new Error(NOTHING.error));
    else {
      const requestId = (ctx.req as { rollcall?: { requestId?: string } }).rollcall?.requestId;
      ctx.body = { error: NOTHING.error, message: NOTHING.error_description, details: [], requestId };
    }
    ctx.status = 404;
  };
}
