import { errors } from 'oidc-provider';
import { applicationOf } from './grants.js';
import { apiAt } from './management-api.js';
import type { OidcContext, Runtime } from './runtime.js';
import { permissionsToday } from './settings/resources.js';

/**
 * The library looks at `resource` once it has used the refresh token up (refresh_token.js): a request that must fail would cost the
 * token. So the same is decided here before: one API, among those that were granted, which the application may still ask for.
 * @throws InvalidTarget (RFC 8707 2)
 */
export async function requireResourceOfRefresh(runtime: Runtime, ctx: OidcContext, token: OidcContext): Promise<void> {
  if (ctx.oidc.route !== 'token' || token.kind !== 'RefreshToken' || token.consumed) return;
  const named = ctx.oidc.params.resource;
  if (Array.isArray(named)) throw new errors.InvalidTarget('a token is for one API: name one resource');
  if (named !== undefined && !token.resourceIndicators.has(named)) throw new errors.InvalidTarget();
  const application = await applicationOf(runtime, token.clientId);
  const granted: string[] = [named ?? token.resource ?? []].flat();
  const byDefault = granted.length > 1 ? granted.filter((one) => one === application.defaultApi) : [];
  const chosen = byDefault.length ? byDefault : granted;
  if (chosen.length > 1) throw new errors.InvalidTarget('several APIs were granted: name one of them');
  const catalog = await runtime.services.catalog.current();
  for (const identifier of chosen) {
    const api = apiAt(runtime, catalog, identifier);
    if (!api || !permissionsToday(runtime, application, api)) throw new errors.InvalidTarget();
  }
}
