/**
 * Client metadata (RFC 7591 2, OpenID Connect Dynamic Client Registration 2, Back-Channel Logout 2.2): read from a request into our own
 * record. What isn't known is ignored; what would promise something that isn't kept is refused by name.
 */

import { z } from 'zod';
import { type PublicJwk, readPublicJwk } from '../../lib/public-jwk.js';
import { pathOf } from '../../lib/schema-faults.js';
import type { Application } from '../../models/index.js';
import { redirectUriFault } from '../redirect-uris.js';
import { metadataFault } from './fault.js';

/** The members of an application that its registration decides; the rest is the operator's. */
export type RegisteredValues = Pick<
  Application,
  | 'name'
  | 'type'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'backchannelLogoutUri'
  | 'initiateLoginUri'
  | 'logoUri'
  | 'policyUri'
  | 'tosUri'
  | 'grantTypes'
  | 'idTokenSigningAlg'
  | 'userinfoSigningAlg'
  | 'tokenEndpointAuthMethod'
  | 'jwks'
  | 'jwksUri'
  | 'requirePkce'
  | 'requirePar'
  | 'requireDpop'
> & {
  metadata: Record<string, unknown>;
  /** No way to authenticate was named: then a secret may come either way. */
  eitherMethod: boolean;
};

const MOST_URIS = 50;
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
const SIGNING = ['RS256', 'ES256', 'EdDSA'] as const;
const ASSERTIONS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const GRANT_TYPES = ['authorization_code', 'refresh_token', DEVICE_CODE] as const;

/** Metadata whose effect isn't there: to ignore it would give less protection than the application believes it has. */
const REFUSED: readonly [pattern: RegExp, what: string][] = [
  [/^(tls_client_|use_mtls_endpoint_aliases$)/, 'mutual TLS is not supported'],
  [/^authorization_(signed|encrypted)_response_/, 'JWT-secured authorization responses are not supported'],
  [/^(id_token|userinfo|introspection)_encrypted_response_/, 'encryption is not supported'],
  // `request_object_signing_alg` and its like only narrow which request objects count, and none does.
  [/^require_signed_request_object$/, 'request objects are not supported'],
];

const text = z.string().trim().min(1, 'expected a text').max(200, 'expected 200 characters at most');
const uri = z.string().max(2000, 'expected 2000 characters at most');
const webUri = uri.refine((value) => {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password;
}, 'expected an http or https URL');
const withoutFragment = webUri.refine((value) => !value.includes('#'), 'expected a URL without a fragment');
const uris = z.array(uri).max(MOST_URIS, `expected ${MOST_URIS} at most`);

const schema = z.object({
  redirect_uris: uris.default([]),
  response_types: z.array(z.literal('code', 'expected code alone')).max(1, 'expected code alone').optional(),
  grant_types: z
    .array(z.enum(GRANT_TYPES, `expected ${GRANT_TYPES.join(' or ')}`))
    .refine((types) => types.some((type) => type !== 'refresh_token'), `expected authorization_code or ${DEVICE_CODE}`)
    .default(['authorization_code']),
  application_type: z.enum(['web', 'native']).optional(),
  client_name: text.optional(),
  client_uri: webUri.optional(),
  logo_uri: webUri.optional(),
  policy_uri: webUri.optional(),
  tos_uri: webUri.optional(),
  contacts: z.array(text).max(20).optional(),
  software_id: text.optional(),
  software_version: text.optional(),
  scope: z.string().max(2000).optional(),
  subject_type: z.literal('public', 'expected public').optional(),
  sector_identifier_uri: withoutFragment.optional(),
  token_endpoint_auth_method: z.enum(METHODS, `expected one of ${METHODS.join(', ')}`).optional(),
  token_endpoint_auth_signing_alg: z.enum(ASSERTIONS).optional(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(20) }).optional(),
  jwks_uri: withoutFragment.optional(),
  id_token_signed_response_alg: z.enum(SIGNING, `expected one of ${SIGNING.join(', ')}`).optional(),
  userinfo_signed_response_alg: z.enum(SIGNING, `expected one of ${SIGNING.join(', ')}`).optional(),
  default_max_age: z.int().min(0).optional(),
  require_auth_time: z.boolean().optional(),
  default_acr_values: z.array(text).max(20).optional(),
  initiate_login_uri: withoutFragment.optional(),
  post_logout_redirect_uris: uris.optional(),
  backchannel_logout_uri: withoutFragment.optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
});

type Metadata = z.infer<typeof schema>;

/** Kept as they came: given back, and where they say something to the library, told to it. */
const KEPT = [
  'client_uri',
  'contacts',
  'software_id',
  'software_version',
  'scope',
  'sector_identifier_uri',
  'token_endpoint_auth_signing_alg',
  'default_max_age',
  'require_auth_time',
  'default_acr_values',
  'backchannel_logout_session_required',
] as const;

/**
 * Reads what somebody wants to register. A null counts as absent (RFC 7592 2.2).
 * @param known what this server offers: of scopes and acr values the others are left out
 * @throws RollcallError `invalid_redirect_uri`, `invalid_client_metadata`
 */
export function readMetadata(
  input: Record<string, unknown>,
  known: { scopes: readonly string[]; acrValues: readonly string[] },
): RegisteredValues {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
  for (const name of Object.keys(given)) {
    const refused = REFUSED.find(([pattern]) => pattern.test(name));
    if (refused && given[name] !== false) throw metadataFault(name, refused[1]);
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw metadataFault(pathOf(issue?.path ?? []) || 'client metadata', issue?.message ?? 'this can’t be taken');
  }
  const metadata = parsed.data;
  checkFlow(metadata);
  checkUris(metadata);
  return valuesOf(metadata, known, keysOf(metadata));
}

/** RFC 7591 2.1: grants and responses agree. Without authorization codes nothing is redirected: an application of devices alone. */
function checkFlow({ grant_types, response_types, redirect_uris }: Metadata): void {
  const codes = grant_types.includes('authorization_code');
  if (response_types && (response_types.length === 1) !== codes)
    throw metadataFault('response_types', codes ? 'expected code' : 'code needs authorization_code in grant_types');
  if (codes && redirect_uris.length === 0) throw metadataFault('redirect_uris', 'expected at least one redirect URI');
}

function checkUris(metadata: Metadata): void {
  const native = metadata.application_type === 'native';
  for (const list of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    (metadata[list] ?? []).forEach((one, i) => {
      const fault = redirectUriFault(one, native);
      if (fault) throw metadataFault(`${list}[${i}]`, fault);
    });
  }
}

/** Keys of other kinds are left out (RFC 7517 5), but a private or symmetric one is a mistake that has to be told. */
function keysOf({ jwks, jwks_uri, token_endpoint_auth_method }: Metadata): PublicJwk[] | null {
  if (jwks && jwks_uri) throw metadataFault('jwks_uri', 'expected jwks or jwks_uri, not both');
  const keys = (jwks?.keys ?? []).flatMap((input, i) => {
    const read = readPublicJwk(input);
    if ('key' in read) return [read.key];
    if (/private part|symmetric/.test(read.message))
      throw metadataFault(`jwks.keys[${i}].${read.member}`, read.message);
    return [];
  });
  if (token_endpoint_auth_method === 'private_key_jwt' && !jwks_uri && keys.length === 0)
    throw metadataFault('jwks', 'private_key_jwt needs jwks with a usable key, or jwks_uri');
  return jwks ? keys : null;
}

/** Of an application that gives no name people see where it is. */
function nameFor(redirectUri: string | undefined): string {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri);
  return url?.host || url?.protocol.slice(0, -1) || 'An application';
}

function valuesOf(
  metadata: Metadata,
  known: { scopes: readonly string[]; acrValues: readonly string[] },
  keys: PublicJwk[] | null,
): RegisteredValues {
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic';
  const native = metadata.application_type === 'native';
  if (metadata.token_endpoint_auth_signing_alg && method !== 'private_key_jwt')
    throw metadataFault('token_endpoint_auth_signing_alg', 'only with private_key_jwt');
  const scopes = metadata.scope?.split(' ').filter((scope) => known.scopes.includes(scope));
  const kept: Partial<Record<(typeof KEPT)[number], unknown>> = {
    ...metadata,
    ...(scopes ? { scope: scopes.join(' ') || undefined } : {}),
    default_acr_values: metadata.default_acr_values?.filter((value) => known.acrValues.includes(value)),
  };
  return {
    name: metadata.client_name ?? nameFor(metadata.redirect_uris[0]),
    type: native ? 'native' : method === 'none' ? 'spa' : 'web',
    redirectUris: metadata.redirect_uris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
    backchannelLogoutUri: metadata.backchannel_logout_uri ?? null,
    initiateLoginUri: metadata.initiate_login_uri ?? null,
    logoUri: metadata.logo_uri ?? null,
    policyUri: metadata.policy_uri ?? null,
    tosUri: metadata.tos_uri ?? null,
    grantTypes: [...new Set(metadata.grant_types)],
    eitherMethod: metadata.token_endpoint_auth_method === undefined,
    idTokenSigningAlg: metadata.id_token_signed_response_alg ?? 'RS256',
    userinfoSigningAlg: metadata.userinfo_signed_response_alg ?? null,
    tokenEndpointAuthMethod: method,
    jwks: keys ? { keys } : null,
    jwksUri: metadata.jwks_uri ?? null,
    // A confidential application that registers itself can't be told that it needs PKCE: OpenID Connect doesn't know it.
    requirePkce: native || method === 'none',
    requirePar: metadata.require_pushed_authorization_requests ?? false,
    requireDpop: metadata.dpop_bound_access_tokens ?? false,
    metadata: Object.fromEntries(KEPT.filter((name) => kept[name] !== undefined).map((name) => [name, kept[name]])),
  };
}
