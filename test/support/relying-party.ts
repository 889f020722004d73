import * as client from 'openid-client';
import { BrowserClient } from './browser-client.js';
import { SECRET } from './factories.js';
import type { TestServer } from './server.js';

/** All that it needs of a server: where it is. */
type Somewhere = Pick<TestServer, 'issuer'>;

export interface RelyingParty {
  config: client.Configuration;
  /** Sends a browser to sign in; `callback` takes what came back to the redirect URI. */
  begin(browser: BrowserClient, parameters?: Record<string, string>, ways?: Ways): Promise<Flow>;
}

/** How a flow goes: its request pushed first, its tokens bound to a key. */
export interface Ways {
  par?: boolean;
  DPoP?: client.DPoPHandle;
}

export interface Flow {
  browser: BrowserClient;
  /** Redeems the code in the address that the browser was sent to. Throws what openid-client throws for an error. */
  tokens(): ReturnType<typeof client.authorizationCodeGrant>;
  callbackUrl(): URL;
  /** PKCE's, for a test that redeems the code by itself. */
  verifier: string;
}

const REDIRECT = 'https://app.example.test/callback';

/** A relying party made of openid-client, as an integrator would write it. @param secret null for a public one */
export async function relyingParty(
  server: Somewhere,
  clientId: string,
  secret: string | null | client.ClientAuth = SECRET,
): Promise<RelyingParty> {
  const config = await client.discovery(
    new URL(server.issuer),
    clientId,
    secret === null ? { token_endpoint_auth_method: 'none' } : typeof secret === 'string' ? secret : {},
    secret === null ? client.None() : typeof secret === 'string' ? client.ClientSecretBasic(secret) : secret,
    { execute: [client.allowInsecureRequests] },
  );
  return {
    config,
    async begin(browser, parameters = {}, { par = false, DPoP } = {}) {
      const verifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const request = {
        redirect_uri: REDIRECT,
        scope: 'openid profile email',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...parameters,
      };
      const url = par
        ? await client.buildAuthorizationUrlWithPAR(config, request, DPoP ? { DPoP } : undefined)
        : client.buildAuthorizationUrl(config, request);
      await browser.open(url.href);
      let returned: URL | undefined;
      const callbackUrl = () => {
        if (returned) return returned;
        if (!browser.location?.startsWith(REDIRECT)) {
          throw new Error(
            `not at the redirect URI but ${browser.status} ${browser.url}\n${browser.html.slice(0, 1500)}`,
          );
        }
        returned = new URL(browser.location);
        return returned;
      };
      return {
        browser,
        verifier,
        callbackUrl,
        tokens() {
          return client.authorizationCodeGrant(
            config,
            callbackUrl(),
            { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
            undefined,
            DPoP ? { DPoP } : undefined,
          );
        },
      };
    },
  };
}

export const newBrowser = (server: Somewhere) => new BrowserClient(server.issuer);
