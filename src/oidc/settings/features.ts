import { type Configuration, errors } from 'oidc-provider';
import { reduceClaimsParameter } from '../claims-request.js';
import { dpop } from '../dpop.js';
import { factsOfToken, revokedToken } from '../happenings.js';
import { createIntrospectionPolicy } from '../introspection.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { type DevicePages, deviceFlow } from './device-flow.js';
import { resourceIndicators } from './resources.js';
import { fapi } from './security-profile.js';

/** The pages that the library asks for. */
export interface ProviderPages {
  /** `response_mode=form_post`: the page whose form carries the response to the application. */
  formPost(ctx: OidcContext, redirectUri: string, fields: Record<string, string>): Promise<void>;
  error(ctx: OidcContext, out: { error: string; error_description?: string }, cause: Error): Promise<void>;
  signOut(ctx: OidcContext, formHtml: string): Promise<void>;
  signedOut(ctx: OidcContext): Promise<void>;
  /** Somebody was asked, and didn't sign out. */
  stillSignedIn(ctx: OidcContext): Promise<void>;
  device: Omit<DevicePages, 'error'>;
}

/** What is on, and with which policy; everything else that the library has is off by name. */
export function features(runtime: Runtime, pages: ProviderPages): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    dPoP: dpop(runtime),
    pushedAuthorizationRequests: { enabled: true },
    fapi,
    requestObjects: { enabled: false },
    jwtResponseModes: { enabled: false },
    mTLS: { enabled: false },
    userinfo: { enabled: true },
    clientCredentials: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter: reduceClaimsParameter },
    jwtUserinfo: { enabled: true },
    jwtIntrospection: { enabled: true },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(runtime) },
    deviceFlow: deviceFlow({ ...pages.device, error: pages.error }),
    revocation: { enabled: true, allowedPolicy: createRevocationPolicy(runtime) },
    resourceIndicators: resourceIndicators(runtime),
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx: OidcContext, form: string) => pages.signOut(ctx, form),
      postLogoutSuccessSource: async (ctx: OidcContext) =>
        (await ctx.oidc.provider.Session.get(ctx)).accountId ? pages.stillSignedIn(ctx) : pages.signedOut(ctx),
    },
  } as unknown as Configuration['features'];
}

/** An application revokes its own tokens. Revoking an access token ends that one alone, not the refresh token beside it. */
function createRevocationPolicy(runtime: Runtime) {
  return async function revocationPolicy(ctx: OidcContext, client: OidcContext, token: OidcContext): Promise<boolean> {
    // RFC 7009 2.1 has the client told; the library would say nothing.
    if (token.clientId !== client.clientId)
      throw new errors.InvalidRequest('the token was not issued to this application');
    await revokedToken(runtime, await factsOfToken(ctx, token));
    if (token.kind === 'AccessToken') token.grantId = undefined;
    return true;
  };
}
