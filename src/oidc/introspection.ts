/**
 * Introspection (RFC 7662) that answers with today's roles (R6): for opaque tokens through the library's policy hook, for JWT access
 * tokens, which the library doesn't know once they are issued, around its endpoint. Both tell a caller nothing of what isn't its own.
 */
import type { Context } from 'koa';
import { digest } from '../lib/ids.js';
import { loadStanding } from '../services/load-standing.js';
import { organizationClaims } from './account.js';
import { revokedToken } from './happenings.js';
import { answersAsJwt, signIntrospection } from './introspection-jwt.js';
import { apiAt } from './management-api.js';
import { holdsAskedRole } from './role-scope.js';
import type { OidcContext, Runtime } from './runtime.js';
import { permissionsToday } from './settings/resources.js';
import { isOwnScope, isRoleScope, splitScope } from './settings/scopes.js';
import { type AccessTokenPayload, grantReference, looksLikeJwt, type VerifyAccessToken } from './verify-jwt.js';

/** What both kinds of tokens say of themselves. */
interface TokenFacts {
  clientId: string;
  userId: string | undefined;
  organizationId: string | null;
  audience: string | undefined;
  /** The APIs that a refresh token may give access tokens for. */
  resources?: string[];
  scope: string | undefined;
}

/** Whether a token is the caller's business: an API's are those meant for it, an application's its own without an audience. */
async function mayIntrospect(runtime: Runtime, callerId: string, token: TokenFacts): Promise<boolean> {
  const catalog = await runtime.services.catalog.current();
  if (!catalog.applications.has(token.clientId)) return false;
  const api = catalog.apisByClientId.get(callerId);
  return api ? token.audience === api._id : token.audience === undefined && token.clientId === callerId;
}

/** Today's values of what the token once said, or undefined where it counts for nothing any more (R8). */
async function today(
  runtime: Runtime,
  token: TokenFacts,
): Promise<{ scope: string; extra: Record<string, unknown> } | undefined> {
  const catalog = await runtime.services.catalog.current();
  const application = catalog.applications.get(token.clientId);
  if (!application) return undefined;
  const asked = splitScope(token.scope);
  const api = apiAt(runtime, catalog, token.audience ?? application.defaultApi ?? undefined);
  if (token.userId === undefined) {
    const allowed = (api && permissionsToday(runtime, application, api)) ?? [];
    const scopes = asked.filter((scope) => allowed.includes(scope));
    return { scope: scopes.join(' '), extra: { permissions: [...scopes].sort() } };
  }
  const standing = await loadStanding(runtime.services, { userId: token.userId, organizationId: token.organizationId });
  if (!standing) return undefined;
  const permissions = api ? permissionsToday(runtime, application, api, standing) : [];
  // The operator has taken the API from the application since.
  if (!permissions) return undefined;
  const elsewhere = (token.resources ?? [])
    .map((identifier) => apiAt(runtime, catalog, identifier))
    .flatMap((one) => (one && permissionsToday(runtime, application, one, standing)) ?? []);
  const given = new Set([...permissions, ...elsewhere]);
  const held = holdsAskedRole(standing, token.scope);
  const scopes = asked.filter((scope) => (isRoleScope(scope) ? held : isOwnScope(scope) || given.has(scope)));
  return {
    scope: scopes.join(' '),
    extra: { username: standing.user.email, ...organizationClaims(standing, permissions, token.scope) },
  };
}

/** `allowedPolicy`: decides who may ask, and puts today's values where the library's answer takes them from. */
export function createIntrospectionPolicy(runtime: Runtime) {
  return async function allowedPolicy(ctx: OidcContext, client: OidcContext, token: OidcContext): Promise<boolean> {
    const grant = token.grantId ? ctx.oidc.entities.Grant : undefined;
    if (token.grantId && (!grant || grant.generation !== token.generation)) return false;
    const facts: TokenFacts = {
      clientId: token.clientId,
      userId: token.accountId,
      organizationId: grant?.organizationId ?? null,
      audience: token.aud,
      resources: [token.resource ?? []].flat(),
      scope: token.scope,
    };
    if (!(await mayIntrospect(runtime, client.clientId, facts))) return false;
    const live = await today(runtime, facts);
    if (!live) return false;
    token.extra = live.extra;
    token.scope = live.scope || undefined;
    // The library's id of an opaque token is the token itself, which it doesn't show; what is shown opens nothing.
    token.jti = digest('jti', token.jti);
    return true;
  };
}

/** Answers introspection and revocation of JWT access tokens, which the library refuses as `unsupported_token_type`. */
export function createJwtTokens(runtime: Runtime, verify: VerifyAccessToken) {
  return (ctx: Context) => (isRefusedJwt(ctx) ? jwtTokens(ctx) : undefined);

  function isRefusedJwt(ctx: Context): boolean {
    const oidc = (ctx as OidcContext).oidc;
    if (oidc?.route !== 'introspection' && oidc?.route !== 'revocation') return false;
    const refused = ctx.status === 400 && (ctx.body as { error?: string } | undefined)?.error;
    return refused === 'unsupported_token_type' && oidc.client !== undefined;
  }

  async function jwtTokens(ctx: Context): Promise<void> {
    const oidc = (ctx as OidcContext).oidc;
    const token = oidc.params.token as string;
    const payload = looksLikeJwt(token) ? await verify(token) : undefined;
    if (oidc.route === 'introspection') {
      ctx.status = 200;
      ctx.body = (payload && (await introspectJwt(runtime, oidc, payload))) ?? { active: false };
      if (answersAsJwt(ctx)) await signIntrospection(ctx, oidc);
    } else if (!payload || payload.client_id === oidc.client.clientId) {
      if (payload) await revokeJwt(runtime, oidc, payload);
      ctx.status = 200;
      // Nothing, and no JSON as which the refusal was announced.
      ctx.remove('Content-Type');
      ctx.body = '';
    } else {
      ctx.body = { error: 'invalid_request', error_description: 'the token was not issued to this application' };
    }
  }
}

async function introspectJwt(
  runtime: Runtime,
  oidc: OidcContext,
  payload: AccessTokenPayload,
): Promise<Record<string, unknown> | undefined> {
  const reference = grantReference(payload.gid);
  const [grant, revoked] = await Promise.all([
    reference ? oidc.provider.Grant.find(reference.grantId) : undefined,
    runtime.services.reads.revoked(payload.jti),
  ]);
  if (revoked) return undefined;
  if (reference && (!grant || grant.generation !== reference.generation || grant.accountId !== payload.sub))
    return undefined;
  if (!reference && payload.sub !== payload.client_id) return undefined;
  const facts: TokenFacts = {
    clientId: payload.client_id,
    userId: reference ? payload.sub : undefined,
    organizationId: grant?.organizationId ?? null,
    audience: payload.aud as string,
    scope: payload.scope,
  };
  if (!(await mayIntrospect(runtime, oidc.client.clientId, facts))) return undefined;
  const live = await today(runtime, facts);
  if (!live) return undefined;
  const stale = Array.isArray(payload.roles) && !sameRoles(payload.roles, live.extra.roles);
  return {
    active: true,
    sub: payload.sub,
    client_id: payload.client_id,
    ...live.extra,
    ...(live.scope ? { scope: live.scope } : {}),
    aud: payload.aud,
    iss: payload.iss,
    exp: payload.exp,
    iat: payload.iat,
    jti: payload.jti,
    ...(payload.sid ? { sid: payload.sid } : {}),
    ...(payload.cnf ? { cnf: payload.cnf } : {}),
    token_type: payload.cnf?.jkt ? 'DPoP' : 'Bearer',
    ...(stale ? { stale: true, roles_in_token: payload.roles } : {}),
  };
}

const sameRoles = (then: string[], now: unknown) => JSON.stringify(then) === JSON.stringify(now ?? []);

async function revokeJwt(runtime: Runtime, oidc: OidcContext, payload: AccessTokenPayload): Promise<void> {
  const reference = grantReference(payload.gid);
  const grant = reference && (await oidc.provider.Grant.find(reference.grantId));
  const revoked = await runtime.services.models.RevokedToken.updateOne(
    { _id: payload.jti },
    { $setOnInsert: { expiresAt: new Date((payload.exp + 60) * 1000) } },
    { upsert: true },
  );
  if (revoked.upsertedCount === 0) return;
  await revokedToken(runtime, {
    clientId: payload.client_id,
    userId: reference ? payload.sub : undefined,
    organizationId: grant?.organizationId ?? null,
    kind: 'access_token',
  });
}
