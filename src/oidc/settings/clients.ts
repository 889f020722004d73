import type { Api, Application } from '../../models/index.js';
import { profileMetadata, signingAlgorithm } from './security-profile.js';
import { LIFETIMES } from './ttl.js';

/** The client of the account pages (architecture 10): public, `response_type=none`, no tokens. No application can take its id. */
export const CONSOLE_CLIENT_ID = 'rollcall';
/** Where the account pages' sign-in comes back to. */
export const CONSOLE_CALLBACK = '/account/signed-in';

/** Our application as the library's client metadata (RFC 7591 names). The secret's place holds its hash: see `compareClientSecret`. */
export function applicationMetadata(application: Application): Record<string, unknown> {
  const grants = grantTypes(application);
  return {
    client_id: application._id,
    client_name: application.name,
    ...credentials(application),
    application_type: application.type === 'native' ? 'native' : 'web',
    redirect_uris: application.redirectUris,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    ...(application.backchannelLogoutUri
      ? { backchannel_logout_uri: application.backchannelLogoutUri, backchannel_logout_session_required: true }
      : {}),
    // Without a redirect URI there is no authorization request that could be answered: an application of devices alone.
    response_types: grants.includes('authorization_code') && application.redirectUris.length ? ['code'] : [],
    grant_types: grants,
    token_endpoint_auth_method: application.tokenEndpointAuthMethod,
    id_token_signed_response_alg: signingAlgorithm(application, application.idTokenSigningAlg),
    introspection_signed_response_alg: signingAlgorithm(application, application.idTokenSigningAlg),
    ...(application.userinfoSigningAlg
      ? { userinfo_signed_response_alg: signingAlgorithm(application, application.userinfoSigningAlg) }
      : {}),
    ...lifetimes(application),
    ...profileMetadata(application),
    ...registeredMetadata(application),
  };
}

/** What an application registered by itself and the library acts on. */
const REGISTERED = [
  'scope',
  'token_endpoint_auth_signing_alg',
  'default_max_age',
  'require_auth_time',
  'default_acr_values',
] as const;

function registeredMetadata({ registration }: Application): Record<string, unknown> {
  const metadata = registration?.metadata ?? {};
  const known = Object.fromEntries(REGISTERED.filter((name) => name in metadata).map((name) => [name, metadata[name]]));
  return registration?.eitherMethod ? { ...known, eitherMethod: true } : known;
}

/** Client credentials are for who can authenticate (RFC 6749 4.4), whatever is registered. */
function grantTypes({ type, grantTypes, tokenEndpointAuthMethod }: Application): string[] {
  if (type === 'machine') return ['client_credentials'];
  return grantTypes.filter((grant) => grant !== 'client_credentials' || tokenEndpointAuthMethod !== 'none');
}

/** What its way of authentication needs, and nothing that is left from another. */
function credentials(application: Application): Record<string, unknown> {
  if (application.tokenEndpointAuthMethod === 'private_key_jwt')
    return application.jwksUri ? { jwks_uri: application.jwksUri } : { jwks: application.jwks };
  return application.secretHash ? { client_secret: application.secretHash } : {};
}

const lifetimes = (application: Application) =>
  Object.fromEntries(LIFETIMES.filter((name) => application[name]).map((name) => [name, application[name]]));

/** An API introspects and does nothing else. */
export function apiMetadata(api: Api, clientId: string): Record<string, unknown> {
  return {
    client_id: clientId,
    client_name: api.name,
    client_secret: api.introspection?.secretHash,
    redirect_uris: [],
    response_types: [],
    grant_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
    introspection_signed_response_alg: api.accessTokenSigningAlg,
    isApi: true,
  };
}

export function consoleMetadata(issuer: string): Record<string, unknown> {
  return {
    client_id: CONSOLE_CLIENT_ID,
    client_name: 'Rollcall',
    application_type: 'web',
    redirect_uris: [`${issuer}${CONSOLE_CALLBACK}`],
    response_types: ['none'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
    post_logout_redirect_uris: [],
  };
}
