/**
 * What a grant holds of a request. A first-party application is given what it asks for; another what the person has allowed it, and
 * the rest is asked on the consent page, save for permissions that no role backs: nobody is asked for what they couldn't give.
 */
import { consentedScopes, consentTo } from '../services/consents.js';
import type { Standing } from '../services/load-standing.js';
import { scopesGiving } from './claims-request.js';
import type { ApplicationFacts } from './grants.js';
import { apiAt } from './management-api.js';
import type { OidcContext, Runtime } from './runtime.js';
import { permissionsToday } from './settings/resources.js';
import { isOwnScope } from './settings/scopes.js';

/** What was allowed; undefined for an application that nobody has to allow anything. */
type Allowed = ReadonlySet<string> | undefined;

/** Adds to the grant. It stays as it is in the store: whoever calls this saves it. */
export async function giveWhatIsAsked(
  runtime: Runtime,
  { oidc }: OidcContext,
  application: ApplicationFacts,
  standing: Standing,
  grant: OidcContext,
): Promise<void> {
  const key = { userId: grant.accountId, applicationId: grant.clientId, organizationId: grant.organizationId };
  const allowed: Allowed = application.firstParty ? undefined : await consentedScopes(runtime.services, key);
  const scopes = [...oidc.requestParamOIDCScopes].filter((scope) => !allowed || allowed.has(consentTo.scope(scope)));
  if (scopes.length) grant.addOIDCScope(scopes);
  const claims = [...oidc.requestParamClaims].filter((claim) => mayHaveClaim(allowed, claim));
  if (claims.length) grant.addOIDCClaims(claims);
  for (const [identifier, server] of Object.entries<OidcContext>(oidc.resourceServers)) {
    const api = apiAt(runtime, standing.catalog, identifier);
    const backed = new Set((api && permissionsToday(runtime, application, api, standing)) ?? []);
    const isAllowed = (scope: string) =>
      !allowed || allowed.has(isOwnScope(scope) ? consentTo.scope(scope) : consentTo.permission(identifier, scope));
    // The consent check (prompts/consent.js, `rs_scopes_missing`) asks for what the API offers in this request.
    const offered = [...server.scopes].filter((scope) => isOwnScope(scope) || backed.has(scope) || isAllowed(scope));
    server.scope = offered.join(' ');
    const given = [...oidc.requestParamScopes].filter((scope: string) => server.scopes.has(scope) && isAllowed(scope));
    if (given.length) grant.addResourceScope(identifier, given);
  }
}

const mayHaveClaim = (allowed: Allowed, claim: string) =>
  !allowed || allowed.has(consentTo.claim(claim)) || scopesGiving(claim).some((scope) => allowed.has(scope));
