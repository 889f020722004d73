/**
 * An application's login that somebody leaves for an invitation's link, in the same browser: what comes of the link ends in that
 * application. The library's own cookies are for the interaction's path alone, so its name is kept in one more, for the pages under /join.
 */
import type { Context } from 'koa';
import type { Organization } from '../models/index.js';
import type { Login } from '../oidc/interaction.js';
import { beginAgain, loginNamed } from '../oidc/login-again.js';
import type { SignedIn } from '../oidc/session.js';
import type { PageDeps } from './deps.js';

const HOUR_MS = 60 * 60 * 1000;

const cookieName = ({ issuer }: PageDeps) =>
  issuer.startsWith('https:') ? '__Secure-rollcall_login' : 'rollcall_login';

const options = ({ issuer }: PageDeps) =>
  ({
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    path: '/join',
    signed: false,
    overwrite: true,
  }) as const;

/** Remembers the login whose page is shown; this server's own leave it as it is. */
export function keepLoginUnderWay(deps: PageDeps, ctx: Context, { uid, application, device }: Login): void {
  if (application && !device) keep(deps, ctx, uid);
}

/** It went on by this invitation: nothing else takes it up, but the same does where its form is sent twice. */
export const useLoginUnderWay = (deps: PageDeps, ctx: Context, uid: string, by: string): void =>
  keep(deps, ctx, `${uid}~${by}`);

function keep(deps: PageDeps, ctx: Context, name: string): void {
  const value = `${name}.${deps.signer.sign('login', name)}`;
  ctx.cookies.set(cookieName(deps), value, { ...options(deps), maxAge: HOUR_MS });
}

/** The login that this browser has under way, while it is there and went on by nothing else. */
export async function loginUnderWay(deps: PageDeps, ctx: Context, by: string) {
  const [name, signature] = (ctx.cookies.get(cookieName(deps)) ?? '').split('.');
  if (!name || !signature || !deps.signer.verify('login', name, signature)) return undefined;
  const [uid = '', usedBy] = name.split('~');
  return usedBy === undefined || usedBy === by ? loginNamed(deps.runtime, deps.provider, uid) : undefined;
}

/** Where it goes on, for an organization that its person has joined. */
export const goOnWith = (
  login: NonNullable<Awaited<ReturnType<typeof loginUnderWay>>>,
  organization: Pick<Organization, 'slug'>,
  session: Pick<SignedIn, 'authTime'>,
): string => beginAgain(login, { organization: organization.slug, authTime: session.authTime });
