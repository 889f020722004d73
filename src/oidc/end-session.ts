/**
 * Signing out (RP-Initiated Logout). The library asks before it ends a session; where nobody has to be asked, this goes on at once,
 * without a page whose script would have to submit a form. With the session end its grants, and by `gid` their JWTs.
 */
import type { Context } from 'koa';
import type { OidcRecord } from '../models/index.js';
import { queueLogoutNotices, scopesOf } from './backchannel-logout.js';
import { signedOut, signedOutOf } from './happenings.js';
import type { OidcContext, Runtime } from './runtime.js';

const ROUTES = new Set(['end_session', 'end_session_confirm', 'resume', 'device_resume']);

export function createEndSession(runtime: Runtime) {
  return (ctx: Context) => (ROUTES.has((ctx as OidcContext).oidc?.route) ? endSession(ctx) : undefined);

  async function endSession(ctx: Context): Promise<void> {
    const oidc = (ctx as OidcContext).oidc;
    if (oidc?.route === 'end_session' && ctx.status === 200 && needsNoQuestion(oidc))
      await endAtOnce(runtime, ctx, oidc, await afterwards(runtime, oidc));
    // Somebody else has signed in: the first one's session ends, and the login goes on in a new one.
    if (ctx.status === 200 && isAnotherPerson(ctx, oidc)) await endAtOnce(runtime, ctx, oidc, here(ctx, oidc));
    if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303) return;
    keepLanguage(ctx, oidc);
    if (oidc.session.destroyed) await endGrantsOfSession(runtime, oidc.session.uid, oidc.session.accountId);
    // Asked by an application, the person stays signed in: the application alone has signed them out, and what it was given ends.
    else if (oidc.client) {
      const grants = await grantsOf(runtime, oidc.session.uid, oidc.client.clientId);
      await Promise.all([endGrants(runtime, grants), signedOutOf(runtime, oidc.client.clientId, grants)]);
    }
  }
}

const here = (ctx: Context, oidc: OidcContext): string => oidc.urlFor(oidc.route, ctx.params);

/**
 * The library's own page for this case comes back to where the login goes on (its actions/authorization/resume.js). Another address in the
 * session's state is that of a sign-out which was asked about and not answered: it ends nothing here.
 */
function isAnotherPerson(ctx: Context, oidc: OidcContext): boolean {
  if (!['resume', 'device_resume'].includes(oidc?.route)) return false;
  return oidc.session?.state?.postLogoutRedirectUri === here(ctx, oidc);
}

/** Nobody is signed in, or the hint was given to this very session (contract.md). */
function needsNoQuestion(oidc: OidcContext): boolean {
  const { session, client } = oidc;
  if (!session.accountId) return true;
  const hint = oidc.entities.IdTokenHint?.payload;
  return Boolean(
    hint && client && hint.sub === session.accountId && hint.sid && hint.sid === session.sidFor(client.clientId),
  );
}

/** Ends the session of this browser and sends it on. */
async function endAtOnce(runtime: Runtime, ctx: Context, oidc: OidcContext, destination: string): Promise<void> {
  const { session, provider } = oidc;
  const { uid, accountId } = session;
  await session.destroy();
  ctx.cookies.set(provider.cookieName('session'), null, {
    httpOnly: true,
    sameSite: 'lax',
    secure: runtime.issuer.startsWith('https:'),
    path: '/',
    overwrite: true,
    signed: true,
  });
  await endGrantsOfSession(runtime, uid, accountId);
  provider.emit('end_session.success', ctx);
  ctx.status = 303;
  ctx.remove('Content-Type');
  ctx.redirect(destination);
}

/** Back to the application, or to the page that says so: in the language that the application asked for, or the person's own. */
async function afterwards({ services }: Runtime, oidc: OidcContext): Promise<string> {
  const { params, session } = oidc;
  if (params.post_logout_redirect_uri) {
    const uri = new URL(params.post_logout_redirect_uri);
    if (params.state !== undefined) uri.searchParams.set('state', params.state);
    return uri.href;
  }
  const user = session.accountId ? await services.reads.user(session.accountId) : undefined;
  const language = [params.ui_locales, user?.profile?.locale].filter((one) => typeof one === 'string').join(' ');
  return inLanguage(oidc.urlFor('end_session_success'), language);
}

/** What comes after the question is in its language: nobody is signed in any more whose setting could be asked for. */
function keepLanguage(ctx: Context, oidc: OidcContext): void {
  const target = ctx.response.get('Location');
  if (target.startsWith(oidc.urlFor('end_session_success')))
    ctx.set('Location', inLanguage(target, oidc.body?.ui_locales));
}

/** BCP 47 tags with spaces between; what is none isn't passed on. */
function inLanguage(url: string, tags: unknown): string {
  if (typeof tags !== 'string' || !/^[\w-]+( [\w-]+)*$/.test(tags)) return url;
  const there = new URL(url);
  there.searchParams.set('ui_locales', tags.slice(0, 200));
  return there.href;
}

/**
 * Ends what one browser session gave, save grants with `offline_access` (contract.md), and has its applications told (Back-Channel
 * Logout). To be called when the session itself has ended.
 */
async function endGrantsOfSession(runtime: Runtime, sessionUid: string, userId: string | undefined): Promise<void> {
  const grants = await grantsOf(runtime, sessionUid);
  // Before the grants go, by which a second attempt would find what is to be told.
  await queueLogoutNotices(runtime, sessionUid, grants);
  await Promise.all([endGrants(runtime, grants), signedOut(runtime, userId, grants)]);
}

const grantsOf = async ({ services }: Runtime, sessionUid: string, clientId?: string): Promise<OidcRecord[]> =>
  (await services.models.oidc.Grant.find({ sessionUid }).lean()).filter(
    ({ payload }) => clientId === undefined || payload.clientId === clientId,
  );

/** With the grant gone, everything that was given under it counts for nothing, at once; the rest expires by itself. */
async function endGrants({ services }: Runtime, grants: readonly OidcRecord[]): Promise<void> {
  const ending = grants.filter(({ payload }) => !scopesOf(payload).includes('offline_access'));
  await services.models.oidc.Grant.deleteMany({ _id: { $in: ending.map((grant) => grant._id) } });
}
