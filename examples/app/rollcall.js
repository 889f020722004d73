// Everything that talks to Rollcall, with openid-client.
import * as client from 'openid-client';

const issuer = process.env.ISSUER ?? 'http://localhost:3000';
const id = process.env.APP_CLIENT_ID ?? 'example-app';
const secret = process.env.APP_CLIENT_SECRET ?? 'example-app-secret-for-the-demo';
export const home = process.env.APP_URL ?? 'http://localhost:4000';

export const config = await client.discovery(new URL(issuer), id, secret, client.ClientSecretBasic(secret), {
  execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
});

const SCOPE = 'openid profile email offline_access invoices:read invoices:write';

/** The address to send the browser to, and what has to be kept until it comes back. */
export async function beginSignIn({ organization, silent } = {}) {
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${home}/callback`,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...(organization ? { organization } : {}),
    ...(silent ? { prompt: 'none' } : {}),
  });
  return { url, pending: { codeVerifier, state, nonce, organization, silent } };
}

/** Redeems the code that came back. */
export function finishSignIn(url, pending) {
  return client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
  });
}

export const refresh = (token) => client.refreshTokenGrant(config, token);

export const signOutUrl = (idToken) =>
  client.buildEndSessionUrl(config, { post_logout_redirect_uri: `${home}/`, id_token_hint: idToken });
