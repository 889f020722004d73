import type { Context, Next } from 'koa';
import { sayLanguage } from '../lib/content-language.js';
import { isStoreAway, RollcallError, unavailable } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { HashingBusyError } from '../lib/password.js';

/** Shows an error as a page. */
export type ErrorPage = (ctx: Context, error: RollcallError) => string;

/** The one place that renders errors: a page for browsers, JSON for everyone else. None shows a stack, a path or a query. */
export function errorHandler(logger: Logger, page: ErrorPage) {
  return async function handleErrors(ctx: Context, next: Next): Promise<void> {
    try {
      await next();
      sayLanguage(ctx);
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false && !ctx.res.headersSent) {
        throw new RollcallError('not_found', 404, 'There is nothing at this address.');
      }
    } catch (cause) {
      const error = asRollcallError(cause);
      // What says that the store is away or the machine busy is told once, by whoever sees it change.
      if (error.status >= 500 && error.status !== 503)
        logger.error({ event: 'server_error', requestId: ctx.state.requestId, err: cause }, 'a request failed');
      renderError(ctx, error, page);
    }
  };
}

export function renderError(ctx: Context, error: RollcallError, page: ErrorPage): void {
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  if (error.status === 503) ctx.set('Retry-After', '5');
  if (error.status === 429 && !ctx.response.get('Retry-After')) ctx.set('Retry-After', '60');
  if (!isApi(ctx.path) && ctx.accepts('json', 'html') === 'html') {
    ctx.type = 'html';
    ctx.body = page(ctx, error);
    sayLanguage(ctx);
  } else {
    ctx.body = { error: error.code, message: error.message, details: error.details, requestId: ctx.state.requestId };
  }
}

/** What programs call answers them in JSON, whoever asks; the page that describes it is a page. */
const isApi = (path: string) => (path === '/api' || path.startsWith('/api/')) && path !== '/api/docs';

/** What isn't ours is a defect, save for what says that the store or the machine can't at the moment. */
function asRollcallError(cause: unknown): RollcallError {
  if (cause instanceof RollcallError) return cause;
  if (cause instanceof HashingBusyError || isStoreAway(cause)) return unavailable(cause);
  return new RollcallError('server_error', 500, 'Something went wrong on our side. Try again.', { cause });
}
