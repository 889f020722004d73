import type { User } from '../models/index.js';
import { loadStanding, type Standing } from '../services/load-standing.js';
import { applicationOf } from './grants.js';
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
    return {
      accountId: sub,
      claims: (use: string) => claimsOf(runtime, ctx, sub, use),
    };
  };
}

async function grantOf(ctx: OidcContext, token: OidcContext): Promise<OidcContext> {
  const loaded = ctx.oidc.entities.Grant;
  if (loaded?.jti === token.grantId) return loaded;
  return ctx.oidc.provider.Grant.find(token.grantId);
}

/** Every claim that could be asked for; the library keeps those that the scopes give. */
async function claimsOf(
  runtime: Runtime,
  ctx: OidcContext,
  sub: string,
  use: string,
): Promise<Record<string, unknown>> {
  const { Grant: grant, Client: client } = ctx.oidc.entities;
  const [standing, application] = await Promise.all([
    loadStanding(runtime.services, { userId: sub, organizationId: grant?.organizationId ?? null }),
    applicationOf(runtime, client.clientId),
  ]);
  if (!standing) return { sub };
  const elsewhere = use === 'id_token' && application.profileClaimsIn === 'userinfo';
  const api = application.defaultApi ? standing.catalog.apis.get(application.defaultApi) : undefined;
  return {
    sub,
    ...(elsewhere ? {} : profileClaims(standing.user)),
    ...(elsewhere ? {} : organizationNames(standing)),
    ...organizationClaims(standing, (api && permissionsToday(runtime, application, api, standing)) ?? []),
  };
}

function profileClaims(user: User): Record<string, unknown> {
  return {
    ...user.profile,
    name: user.name,
    updated_at: Math.floor(user.updatedAt.getTime() / 1000),
    email: user.email,
    email_verified: user.emailVerified,
  };
}

const organizationNames = ({ organization }: Standing) =>
  organization ? { org_slug: organization.slug, org_name: organization.name } : {};

/** `oid`, `roles`, `active_role` and `permissions`; none of them outside an organization. */
export function organizationClaims(standing: Standing, permissions: string[]): Record<string, unknown> {
  if (!standing.organization) return {};
  return {
    oid: standing.organization._id,
    roles: standing.roles.map((role) => role.key),
    ...(standing.activeRole ? { active_role: standing.activeRole } : {}),
    permissions,
  };
}
