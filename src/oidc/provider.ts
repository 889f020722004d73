/**
 * The provider: assembly only. One file per concern lies in `settings/`; what extends the library's models lies beside this file.
 * Nothing outside of this folder imports oidc-provider.
 */
import type { Configuration, Provider } from 'oidc-provider';
import { sayLanguage } from '../lib/content-language.js';
import type { OpenKeys } from '../services/signing-keys/follow-keys.js';
import { createFindAccount } from './account.js';
import { createAdapterFactory } from './adapter/index.js';
import { afterwards } from './afterwards.js';
import { answerProgramsInJson } from './answer-json.js';
import { leaveLogoutToQueue } from './backchannel-logout.js';
import { followClientKeys } from './client-keys.js';
import { hashClientSecrets } from './client-secrets.js';
import { countTokens } from './count-tokens.js';
import { completeDeviceAnswer } from './device/complete-answer.js';
import { extendDeviceCodes } from './device/device-codes.js';
import { DEVICE_PATH } from './device/device-login.js';
import { nameMissingProof, PROOF_ALGORITHMS } from './dpop.js';
import { createEndSession } from './end-session.js';
import { withFormPost } from './form-post.js';
import { applicationOf, createGrantLoader, extendGrantPayload } from './grants.js';
import { acceptOlderHints, acceptOnlyIdTokensAsHint } from './id-token-hint.js';
import { createJwtTokens } from './introspection.js';
import { keepNoToken } from './keep-no-token.js';
import { createFailureAnswer, logProviderEvents } from './log-events.js';
import { refuseOtherMethods } from './methods.js';
import { endSessionsOfOldPasswords } from './new-sessions.js';
import { sayNothingThere } from './nothing-there.js';
import { refuseForgottenRequests } from './pushed-requests.js';
import { markRedeemed, tellRepetitionsApart } from './redemption.js';
import { createRotation } from './refresh-rotation.js';
import { nameLargePushes, nameMissingCaller, nameUnauthorizedClients } from './refusals.js';
import { noteFirstUses } from './registration-use.js';
import { detectReplays } from './replay.js';
import { createRevokeGrantPolicy } from './revoke-grants.js';
import { knowRoleScopes } from './role-scope.js';
import type { OidcContext, Runtime } from './runtime.js';
import { moveSessions } from './session-moves.js';
import { checkAuthorizationRequest } from './settings/authorization-request.js';
import { ACR_VALUES, claims } from './settings/claims.js';
import {
  ASSERTION_ALGORITHMS,
  CLIENT_AUTHENTICATION_METHODS,
  CLOCK_TOLERANCE,
  createAssertionCheck,
} from './settings/client-authentication.js';
import { cookies } from './settings/cookies.js';
import { discovery, publishResponseTypes } from './settings/discovery.js';
import { features, type ProviderPages } from './settings/features.js';
import { policy } from './settings/policy.js';
import { OIDC_SCOPES } from './settings/scopes.js';
import { LIFETIMES, ttl } from './settings/ttl.js';
import { nameSignIns } from './sign-in-names.js';
import { createExtraTokenClaims, extendTokens } from './tokens.js';
import { acceptApiTokensAtUserinfo } from './userinfo.js';
import { createVerifyAccessToken } from './verify-jwt.js';

const ROUTES: Record<string, string> = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  userinfo: '/oauth2/userinfo',
  jwks: '/oauth2/jwks',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  pushed_authorization_request: '/oauth2/par',
  end_session: '/oauth2/logout',
  device_authorization: '/oauth2/device_authorization',
  code_verification: DEVICE_PATH,
};

/** What a path under `/oauth2` or `/.well-known` is, as metrics name it: never with what a request put there. */
export function protocolRoute(path: string): string | undefined {
  if (Object.values(ROUTES).includes(path) || WELL_KNOWN.has(path)) return path;
  const owner = Object.values(ROUTES).find((route) => path.startsWith(`${route}/`));
  return owner && `${owner}/…`;
}

const WELL_KNOWN = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

/** A provider of one revision of the signing keys: see `switch.ts`. */
export function createProvider(runtime: Runtime, keys: OpenKeys, pages: ProviderPages): Provider {
  const verify = createVerifyAccessToken(runtime);
  const configuration = {
    adapter: createAdapterFactory(runtime),
    jwks: { keys: keys.signing },
    routes: ROUTES,
    cookies: cookies(runtime),
    ttl: ttl(runtime),
    features: features(runtime, pages),
    claims,
    scopes: [...OIDC_SCOPES],
    acrValues: [...ACR_VALUES],
    subjectTypes: ['public'],
    responseTypes: ['code', 'none'],
    clientAuthMethods: [...CLIENT_AUTHENTICATION_METHODS],
    assertJwtClientAuthClaimsAndHeader: createAssertionCheck(runtime),
    clockTolerance: CLOCK_TOLERANCE,
    discovery: discovery(runtime),
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      userinfoSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      introspectionSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS],
      dPoPSigningAlgValues: [...PROOF_ALGORITHMS],
    },
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: createRotation(runtime),
    pkce: {
      required: (_ctx: OidcContext, client: OidcContext) => client.requirePkce !== false,
    },
    extraClientMetadata: { properties: ['requirePkce', 'isApi', 'eitherMethod', 'securityProfile', ...LIFETIMES] },
    extraParams: { organization: checkAuthorizationRequest(runtime) },
    interactions: {
      policy: policy(runtime),
      url: (_ctx: OidcContext, interaction: OidcContext) => `/interaction/${interaction.uid}`,
    },
    fetch: runtime.outbound.fetch,
    findAccount: createFindAccount(runtime),
    loadExistingGrant: createGrantLoader(runtime),
    extraTokenClaims: createExtraTokenClaims(runtime),
    expiresWithSession: async () => false,
    revokeGrantPolicy: createRevokeGrantPolicy(runtime),
    issueRefreshToken: async (_ctx: OidcContext, client: OidcContext, code: OidcContext) =>
      client.grantTypeAllowed('refresh_token') &&
      (code.scopes.has('offline_access') || (await applicationOf(runtime, client.clientId)).firstParty === true),
    clientBasedCORS: (_ctx: OidcContext, origin: string, client: OidcContext) =>
      client.clientAuthMethod === 'none' &&
      client.redirectUris.some((uri: string) => URL.parse(uri)?.origin === origin),
    renderError: (ctx: OidcContext, out: { error: string; error_description?: string }, error: Error) =>
      pages.error(ctx, out, error),
  };
  const provider = new (withFormPost(pages))(runtime.issuer, configuration as unknown as Configuration);
  // What the forwarded headers say is the issuer's: see `allowHost`.
  provider.proxy = true;
  acceptOlderHints(provider, keys.hints);
  extendGrantPayload(provider);
  nameSignIns(provider);
  // Before what else saves a session: none of it is done for one that has ended.
  moveSessions(provider);
  extendTokens(provider);
  endSessionsOfOldPasswords(provider, runtime);
  hashClientSecrets(provider, runtime);
  knowRoleScopes(provider);
  leaveLogoutToQueue(provider);
  acceptOnlyIdTokensAsHint(provider);
  extendDeviceCodes(provider, runtime);
  tellRepetitionsApart(provider);
  noteFirstUses(provider, runtime);
  acceptApiTokensAtUserinfo(provider, runtime, verify);
  detectReplays(provider, runtime);
  followClientKeys(provider, runtime);
  refuseForgottenRequests(provider);
  nameUnauthorizedClients(provider);
  nameLargePushes(provider);
  provider.use(answerProgramsInJson);
  provider.use(createFailureAnswer(provider));
  provider.use(
    afterwards(
      createEndSession(runtime),
      createJwtTokens(runtime, verify),
      markRedeemed,
      completeDeviceAnswer,
      keepNoToken,
      nameMissingCaller,
      publishResponseTypes,
      nameMissingProof,
      refuseOtherMethods(ROUTES),
      sayNothingThere(pages),
      sayLanguage,
    ),
  );
  logProviderEvents(provider, runtime.services.logger);
  countTokens(provider);
  return provider;
}
