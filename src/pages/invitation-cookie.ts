import type { Context } from 'koa';
import type { PageDeps } from './deps.js';

/** What the sign-in that an invitation's link leads to says in its `state`: the secret isn't in it, which proxies log. */
export const INVITATION_STATE = '/join/invitation';

/** As long as a login may take (product.md: an interaction lasts an hour). */
const HOUR_MS = 60 * 60 * 1000;
const SECRET = /^[\w-]{43}$/;

export const isInvitationSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text);

const cookieName = (issuer: string) =>
  issuer.startsWith('https:') ? '__Host-rollcall_invitation' : 'rollcall_invitation';

const options = (issuer: string) =>
  ({ httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), path: '/', signed: false }) as const;

/** Lets the browser keep the link's secret while whoever has it signs in. */
export function keepInvitationSecret({ issuer }: PageDeps, ctx: Context, secret: string): void {
  ctx.cookies.set(cookieName(issuer), secret, { ...options(issuer), maxAge: HOUR_MS });
}

export function forgetInvitationSecret({ issuer }: PageDeps, ctx: Context): void {
  ctx.cookies.set(cookieName(issuer), null, options(issuer));
}

/** The secret of the link by which this browser came, or undefined. */
export function invitationSecret({ issuer }: PageDeps, ctx: Context): string | undefined {
  const secret = ctx.cookies.get(cookieName(issuer), { signed: false });
  return isInvitationSecret(secret) ? secret : undefined;
}
