import type { User } from '../models/index.js';
import { picturePath } from '../models/picture.js';
import { loadStanding, type Standing } from '../services/load-standing.js';
import { applicationOf } from './grants.js';
import { requireResourceOfRefresh } from './resource-of-refresh.js';
import { activeRoleOf, requireRoleOfGrant } from './role-scope.js';
import type { OidcContext, Runtime } from './runtime.js';
import { permissionsToday } from './settings/resources.js';

/**
 * `findAccount`: the person behind a session or token, or undefined where nothing may be given any more (R8). It runs before a
 * refresh token is consumed, so that a refusal doesn't cost the token.
 */
export function createFindAccount(runtime: Runtime) {
  return async function findAccount(ctx: OidcContext, sub: string, token?: OidcContext): Promise<OidcContext> {
    const grant = token ? await grantOf(ctx, token) : undefined;
    if (token && (!grant || grant.generation !== token.generation)) return undefined;
    const standing = await loadStanding(runtime.services, {
      userId: sub,
      organizationId: grant?.organizationId ?? null,
    });
    if (!standing) return undefined;
    if (token) {
      requireRoleOfGrant(ctx, standing, token);
      await requireResourceOfRefresh(runtime, ctx, token);
    }
    return {
      accountId: sub,
      claims: (use: string, _scope: string, asked: Record<string, unknown> = {}) =>
        claimsOf(runtime, ctx, { sub, use, scope: token?.scope, asked }),
    };
  };
}

async function grantOf(ctx: OidcContext, token: OidcContext): Promise<OidcContext> {
  const loaded = ctx.oidc.entities.Grant;
  if (loaded?.jti === token.grantId) return loaded;
  return ctx.oidc.provider.Grant.find(token.grantId);
}

interface ClaimsRequest {
  sub: string;
  use: string;
  /** Of the token that they are for. */
  scope: string | undefined;
  /** What the `claims` parameter named for this use, by claim (OIDC Core 5.5). */
  asked: Record<string, unknown>;
}

/** Every claim that could be asked for; the library keeps those that the scopes and the `claims` parameter give. */
async function claimsOf(
  runtime: Runtime,
  ctx: OidcContext,
  { sub, use, scope, asked }: ClaimsRequest,
): Promise<Record<string, unknown>> {
  const { Grant: grant, Client: client } = ctx.oidc.entities;
  const [standing, application] = await Promise.all([
    loadStanding(runtime.services, { userId: sub, organizationId: grant?.organizationId ?? null }),
    applicationOf(runtime, client.clientId),
  ]);
  if (!standing) return { sub };
  const elsewhere = use === 'id_token' && application.profileClaimsIn === 'userinfo';
  const byScope = { ...profileClaims(runtime, standing.user), ...organizationNames(standing) };
  const api = application.defaultApi ? standing.catalog.apis.get(application.defaultApi) : undefined;
  return {
    sub,
    ...(elsewhere ? onlyAsked(byScope, asked) : byScope),
    ...organizationClaims(standing, (api && permissionsToday(runtime, application, api, standing)) ?? [], scope),
  };
}

/** What is named for the ID token is there also where the scopes' claims are not (OIDC Core 5.5). */
const onlyAsked = (claims: Record<string, unknown>, asked: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => Object.hasOwn(asked, name)));

function profileClaims({ issuer }: Runtime, user: User): Record<string, unknown> {
  return {
    ...user.profile,
    ...(user.picture ? { picture: issuer + picturePath(user.picture, 512) } : {}),
    name: user.name,
    updated_at: Math.floor(user.updatedAt.getTime() / 1000),
    email: user.email,
    email_verified: user.emailVerified,
  };
}

const organizationNames = ({ organization }: Standing): Record<string, unknown> =>
  organization ? { org_slug: organization.slug, org_name: organization.name } : {};

/**
 * `oid`, `roles`, `active_role` and `permissions`; none of them outside an organization.
 * @param scope of the token, which may ask for one role (R9)
 */
export function organizationClaims(
  standing: Standing,
  permissions: string[],
  scope: string | undefined,
): Record<string, unknown> {
  if (!standing.organization) return {};
  const activeRole = activeRoleOf(standing, scope);
  return {
    oid: standing.organization._id,
    roles: standing.roles.map((role) => role.key),
    ...(activeRole ? { active_role: activeRole } : {}),
    permissions,
  };
}
