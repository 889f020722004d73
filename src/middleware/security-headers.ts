import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Context, Next } from 'koa';
import helmet from 'koa-helmet';

/** Further origins that a page's forms may lead to: Chrome follows `form-action` along redirects. */
export function allowFormTarget(ctx: Context, uri: string | undefined): void {
  const url = uri ? URL.parse(uri) : null;
  if (!url) return;
  ctx.state.formTargets = [...(ctx.state.formTargets ?? []), url.origin === 'null' ? url.protocol : url.origin];
  ctx.set('Content-Security-Policy', policy(ctx));
}

/** Lets the page load scripts from /assets that ask this server for parts of it. */
export function allowOwnRequests(ctx: Context): void {
  ctx.state.ownRequests = true;
  allowOwnScripts(ctx);
}

/** Lets the page load a script from /assets. Nothing inline runs on any page. */
export function allowOwnScripts(ctx: Context): void {
  ctx.state.ownScripts = true;
  ctx.set('Content-Security-Policy', policy(ctx));
}

function policy(ctx: Context): string {
  const targets = ["'self'", ...((ctx.state.formTargets as string[] | undefined) ?? [])].join(' ');
  return [
    "default-src 'none'",
    ...(ctx.state.ownScripts ? ["script-src 'self'"] : []),
    ...(ctx.state.ownRequests ? ["connect-src 'self'"] : []),
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' https: data:",
    `form-action ${targets}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** The headers of every answer (security.md 26). */
export function securityHeaders(issuer: string) {
  const secure = issuer.startsWith('https:');
  const same = headersOf(
    helmet({
      contentSecurityPolicy: false,
      crossOriginResourcePolicy: false,
      crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
      xFrameOptions: { action: 'deny' },
    }),
  );
  return function setHeaders(ctx: Context, next: Next): Promise<void> {
    ctx.set('Content-Security-Policy', policy(ctx));
    ctx.set(same);
    return next();
  };
}

/** What a middleware sets on every answer alike: found out once. */
function headersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  void middleware({ req, res } as never, async () => {});
  return Object.fromEntries(Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)]));
}
