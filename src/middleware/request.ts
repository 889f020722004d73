import type { Context, Next } from 'koa';
import { newId } from '../lib/ids.js';
import type { Logger } from '../lib/logger.js';

/** Gives each request an id, answers with it, and writes one line when it ended. The line holds the path, never the query. */
export function requestLog(logger: Logger) {
  return function logRequest(ctx: Context, next: Next): Promise<void> {
    const started = performance.now();
    ctx.state.requestId = newId('req');
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.res.once('close', () => {
      if (ctx.path.startsWith('/health/') || ctx.path === '/metrics') return;
      logger.info(
        {
          event: 'request',
          requestId: ctx.state.requestId,
          method: ctx.method,
          path: withoutSecrets(ctx.path),
          status: ctx.res.statusCode,
          ms: Math.round(performance.now() - started),
          address: ctx.ip,
          ...(ctx.res.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    return next();
  };
}

/**
 * What is secret in a path by itself goes whole, in whatever case and encoding the router takes it. The uid of an interaction opens
 * nothing without its cookie, but a line needs no more than its beginning.
 */
const withoutSecrets = (path: string) =>
  path
    .replace(/^(\/+(?:setup|join\/+invitation|recover|verify)\/+).+/i, '$1…')
    .replace(/^(\/(?:interaction|oauth2\/authorize|oauth2\/device)\/[\w-]{6})[\w-]+/, '$1…');
