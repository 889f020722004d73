import type { Context, Next } from 'koa';

/** Where browsers are sent; every other endpoint is called by programs alone. */
const FOR_BROWSERS = /^\/oauth2\/(authorize|logout|device)(\/|$)/;

/**
 * Errors of the endpoints that programs call are JSON, as their RFCs have it (RFC 6749 5.2), where the library would show a page to whoever
 * prefers `text/html`: Java's HTTP client does by default.
 */
export function answerProgramsInJson(ctx: Context, next: Next): Promise<void> {
  if (!FOR_BROWSERS.test(ctx.path) && ctx.accepts('json', 'html') === 'html') {
    ctx.req.headers.accept = 'application/json';
  }
  return next();
}
