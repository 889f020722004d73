import type { Application } from '../../models/index.js';
import type { Registered } from './index.js';

/** The client information response (RFC 7591 3.2.1): what is registered, defaults included, and what is shown this once. */
export function presentRegistration(
  issuer: string,
  { application, secret, registrationToken }: Registered,
): Record<string, unknown> {
  return {
    client_id: application._id,
    client_id_issued_at: seconds(application.registration?.issuedAt ?? application.createdAt),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_client_uri: `${issuer}/oauth2/register/${application._id}`,
    registration_access_token: registrationToken,
    ...metadataOf(application),
  };
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

function metadataOf(application: Application): Record<string, unknown> {
  const metadata = {
    client_name: application.name,
    application_type: application.type === 'native' ? 'native' : 'web',
    redirect_uris: application.redirectUris,
    response_types: application.grantTypes.includes('authorization_code') ? ['code'] : [],
    grant_types: application.grantTypes,
    subject_type: 'public',
    token_endpoint_auth_method: application.tokenEndpointAuthMethod,
    id_token_signed_response_alg: application.idTokenSigningAlg,
    userinfo_signed_response_alg: application.userinfoSigningAlg,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    require_pushed_authorization_requests: application.requirePar ?? false,
    dpop_bound_access_tokens: application.requireDpop ?? false,
    jwks: application.jwks,
    jwks_uri: application.jwksUri,
    logo_uri: application.logoUri,
    policy_uri: application.policyUri,
    tos_uri: application.tosUri,
    initiate_login_uri: application.initiateLoginUri,
    backchannel_logout_uri: application.backchannelLogoutUri,
    ...application.registration?.metadata,
  };
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null && value !== undefined));
}
