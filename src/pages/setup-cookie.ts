import type { Context } from 'koa';
import type { PageDeps } from './deps.js';

/** What the sign-in that a setup link leads to says in its `state`. */
export const SETUP_STATE = '/setup';

/** As long as a login may take (product.md: an interaction lasts an hour). */
const HOUR_MS = 60 * 60 * 1000;
const SECRET = /^[\w-]{43}$/;

export const isSetupSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text);

const cookieName = (issuer: string) => (issuer.startsWith('https:') ? '__Host-rollcall_setup' : 'rollcall_setup');

const options = (issuer: string) =>
  ({ httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), path: '/', signed: false }) as const;

/** Lets the browser keep the link's secret while its owner signs in. */
export function keepSetupSecret({ issuer }: PageDeps, ctx: Context, secret: string): void {
  ctx.cookies.set(cookieName(issuer), secret, { ...options(issuer), maxAge: HOUR_MS });
}

export function forgetSetupSecret({ issuer }: PageDeps, ctx: Context): void {
  ctx.cookies.set(cookieName(issuer), null, options(issuer));
}

/** The secret of the link by which this browser came, or undefined. */
export function setupSecret({ issuer }: PageDeps, ctx: Context): string | undefined {
  const secret = ctx.cookies.get(cookieName(issuer), { signed: false });
  return isSetupSecret(secret) ? secret : undefined;
}
