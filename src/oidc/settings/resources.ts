import { errors } from 'oidc-provider';
import type { Api, Application } from '../../models/index.js';
import { loadStanding, type Standing } from '../../services/load-standing.js';
import { applicationOf } from '../grants.js';
import { apiAt, MANAGEMENT, managementIdentifier, permissionsGiven } from '../management-api.js';
import { roleScopeOfRequest } from '../role-scope.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { USERINFO_SCOPES } from './scopes.js';
import { signingAlgorithm } from './security-profile.js';

/**
 * Resource indicators (RFC 8707): which API a token is for, in which format, and which scopes it may carry. Before the person and the
 * organization are known all of an API's permissions can be asked for; at issue only those that today's roles give remain.
 */
export function resourceIndicators(runtime: Runtime) {
  return {
    enabled: true,
    defaultResource: async (ctx: OidcContext, client: OidcContext, oneOf?: string[]) => {
      const { defaultApi } = await applicationOf(runtime, client.clientId);
      if (!oneOf) return defaultApi ?? undefined;
      // A token is for one API. Of several that were granted the default one is taken where none is named, never where several are.
      const named = ctx.oidc.params.resource !== undefined;
      return !named && defaultApi && oneOf.includes(defaultApi) ? defaultApi : oneOf;
    },
    useGrantedResource: async () => true,
    getResourceServerInfo: async (ctx: OidcContext, identifier: string, client: OidcContext) => {
      const [application, catalog] = await Promise.all([
        applicationOf(runtime, client.clientId),
        runtime.services.catalog.current(),
      ]);
      const api = apiAt(runtime, catalog, identifier);
      const reachable = api && permissionsAllowed(application, api, runtime.issuer);
      if (!api || !reachable) throw new errors.InvalidTarget('the application may not ask for this API');
      const machine = ctx.oidc.params.grant_type === 'client_credentials';
      const permissions = machine ? reachable : await backed(runtime, ctx, api, reachable);
      const role = roleScopeOfRequest(ctx);
      const scope = [...permissions, ...(machine ? [] : USERINFO_SCOPES), ...(role ? [role] : [])].join(' ');
      // Without a scope a machine's token carries all that the application is allowed.
      if (machine && ctx.oidc.params.scope === undefined) ctx.oidc.params.scope = scope;
      return {
        scope,
        audience: api._id,
        accessTokenTTL: Math.min(api.accessTokenTtl, application.accessTokenTtl ?? api.accessTokenTtl),
        accessTokenFormat: api.tokenFormat,
        ...(api.tokenFormat === 'jwt'
          ? { jwt: { sign: { alg: signingAlgorithm(application, api.accessTokenSigningAlg) } } }
          : {}),
      };
    },
  };
}

/** The permissions of an API that an application's tokens may carry at all, or undefined where it may not ask for the API. */
export function permissionsAllowed(
  application: Pick<Application, 'permissions' | 'defaultApi'>,
  api: Api,
  issuer: string,
): string[] | undefined {
  const declared = api.permissions.map((permission) => permission.key);
  if (application.permissions) {
    const name = api._id === managementIdentifier(issuer) ? MANAGEMENT : api._id;
    const entry = application.permissions.find((one) => one.api === name || one.api === api._id);
    if (entry)
      return entry.permissions.includes('*') ? declared : declared.filter((key) => entry.permissions.includes(key));
  }
  return application.defaultApi === api._id ? declared : undefined;
}

/**
 * What tokens of an application carry at an API today: a machine's all that the application is allowed, a person's (with a standing) those
 * of them that their roles give.
 * @returns undefined where the application may not ask for the API (R15).
 */
export function permissionsToday(
  { issuer }: Pick<Runtime, 'issuer'>,
  application: Pick<Application, 'permissions' | 'defaultApi'>,
  api: Api,
  standing?: Standing,
): string[] | undefined {
  const allowed = permissionsAllowed(application, api, issuer);
  if (!allowed || !standing) return allowed;
  return permissionsGiven({ issuer }, standing, api).filter((key) => allowed.includes(key));
}

/** At issue: what the grant's organization gives the person today. Before: everything, for there is no grant yet. */
async function backed(runtime: Runtime, ctx: OidcContext, api: Api, reachable: string[]): Promise<string[]> {
  const grant = ctx.oidc.entities.Grant;
  if (!grant || !['token', 'userinfo'].includes(ctx.oidc.route)) return reachable;
  const standing = await loadStanding(runtime.services, {
    userId: grant.accountId,
    organizationId: grant.organizationId ?? null,
  });
  const given = new Set(standing ? permissionsGiven(runtime, standing, api) : []);
  return reachable.filter((key) => given.has(key));
}
