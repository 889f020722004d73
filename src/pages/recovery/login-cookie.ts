/** The login in which somebody forgot their password, so that this browser comes back to it with the new one. */
import type { Context } from 'koa';
import { loginWaits } from '../../oidc/interaction.js';
import type { PageDeps } from '../deps.js';

/** As long as a login may take. */
const HOUR_MS = 60 * 60 * 1000;
const UID = /^[\w-]{20,64}$/;

const nameOf = (issuer: string) => (issuer.startsWith('https:') ? '__Secure-rollcall_login' : 'rollcall_login');
const options = (issuer: string) =>
  ({ httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), path: '/recover', signed: false }) as const;

export function keepLogin({ issuer }: PageDeps, ctx: Context, uid: string): void {
  ctx.cookies.set(nameOf(issuer), uid, { ...options(issuer), maxAge: HOUR_MS });
}

/** The path of that login while it waits, or undefined. It says nothing of who comes: the login's own cookie has to be there too. */
export async function takeLogin(deps: PageDeps, ctx: Context): Promise<string | undefined> {
  const uid = ctx.cookies.get(nameOf(deps.issuer), { signed: false });
  if (!uid || !UID.test(uid)) return undefined;
  ctx.cookies.set(nameOf(deps.issuer), null, options(deps.issuer));
  return (await loginWaits(deps.provider, uid)) ? `/interaction/${uid}` : undefined;
}
