import type { Context, Next } from 'koa';
import type { OidcContext, Runtime } from './runtime.js';

/**
 * Signing out ends the session's grants, with their tokens and by `gid` their JWTs, save those given by `offline_access`
 * (contract.md). The library's own session binding is off: see `expiresWithSession` in provider.ts.
 */
export function createEndSessionMiddleware(runtime: Runtime) {
  return async function endGrants(ctx: Context, next: Next): Promise<void> {
    await next();
    const oidc = (ctx as OidcContext).oidc;
    if (oidc?.route !== 'end_session_confirm' || !oidc.session?.destroyed) return;
    await endGrantsOfSession(runtime, oidc.session.uid);
  };
}

/** Ends what one browser session gave. */
export async function endGrantsOfSession({ services }: Runtime, sessionUid: string): Promise<void> {
  const { oidc } = services.models;
  const grants = await oidc.Grant.find({ sessionUid }).lean();
  await Promise.all(
    grants.map(async (grant) => {
      const openid = grant.payload.openid as { scope?: string } | undefined;
      if (openid?.scope?.split(' ').includes('offline_access')) return;
      // The grant first: with it everything that was given under it counts for nothing, also when the rest is interrupted.
      await oidc.Grant.deleteOne({ _id: grant._id });
    }),
  );
}
