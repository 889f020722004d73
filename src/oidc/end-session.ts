/**
 * Signing out (RP-Initiated Logout). The library asks before it ends a session; where nobody has to be asked, this goes on at once,
 * without a page whose script would have to submit a form. With the session end its grants, and by `gid` their JWTs.
 */
import type { Context, Next } from 'koa';
import type { OidcContext, Runtime } from './runtime.js';

export function createEndSessionMiddleware(runtime: Runtime) {
  return async function endSession(ctx: Context, next: Next): Promise<void> {
    await next();
    const oidc = (ctx as OidcContext).oidc;
    if (oidc?.route === 'end_session' && ctx.status === 200 && needsNoQuestion(oidc))
      await endAtOnce(runtime, ctx, oidc, afterwards(oidc, oidc.params));
    // Somebody else has signed in: the first one's session ends, and the login goes on in a new one.
    const resumed = oidc?.route === 'resume' && ctx.status === 200 && oidc.session?.state?.postLogoutRedirectUri;
    if (resumed) await endAtOnce(runtime, ctx, oidc, resumed);
    if (oidc?.route === 'end_session_confirm' && oidc.session?.destroyed)
      await endGrantsOfSession(runtime, oidc.session.uid);
  };
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
  const { uid } = session;
  await session.destroy();
  ctx.cookies.set(provider.cookieName('session'), null, {
    httpOnly: true,
    sameSite: 'lax',
    secure: runtime.issuer.startsWith('https:'),
    path: '/',
    overwrite: true,
    signed: true,
  });
  await endGrantsOfSession(runtime, uid);
  provider.emit('end_session.success', ctx);
  ctx.status = 303;
  ctx.remove('Content-Type');
  ctx.redirect(destination);
}

function afterwards(oidc: OidcContext, params: { post_logout_redirect_uri?: string; state?: string }): string {
  if (!params.post_logout_redirect_uri) return oidc.urlFor('end_session_success');
  const uri = new URL(params.post_logout_redirect_uri);
  if (params.state !== undefined) uri.searchParams.set('state', params.state);
  return uri.href;
}

/** Ends what one browser session gave, save grants with `offline_access` (contract.md). */
export async function endGrantsOfSession({ services }: Runtime, sessionUid: string): Promise<void> {
  const { oidc } = services.models;
  const grants = await oidc.Grant.find({ sessionUid }).lean();
  const ending = grants.filter((grant) => {
    const openid = grant.payload.openid as { scope?: string } | undefined;
    return !openid?.scope?.split(' ').includes('offline_access');
  });
  // With the grant gone, everything that was given under it counts for nothing, at once; the rest expires by itself.
  await oidc.Grant.deleteMany({ _id: { $in: ending.map((grant) => grant._id) } });
}
