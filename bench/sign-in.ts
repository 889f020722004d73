import { BrowserClient } from '../test/support/browser-client.js';
import type { Side } from './servers.js';
import { type ApiName, appOf, basic, CALLBACK, CHALLENGE, emailOf, PASSWORD, VERIFIER } from './world.js';

export const authorizePath = (api: ApiName, more: Record<string, string> = {}) =>
  `/oauth2/authorize?${new URLSearchParams({
    client_id: appOf(api),
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid invoices:read',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...more,
  })}`;

export const tokenHeaders = (api: ApiName) => ({
  authorization: basic(appOf(api)),
  'content-type': 'application/x-www-form-urlencoded',
});

export const redemption = (code: string) =>
  new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  }).toString();

export interface SignedIn {
  browser: BrowserClient;
  access_token: string;
  refresh_token: string;
}

/** Signs a person in to an application and redeems the code, as a browser and the application would. */
export async function signIn(side: Side, api: ApiName, number: number): Promise<SignedIn> {
  const browser = new BrowserClient(side.issuer);
  await browser.open(authorizePath(api));
  if (side.name !== 'library') await browser.submit('Sign in', { email: emailOf(number), password: PASSWORD });
  const code = URL.parse(browser.location ?? '')?.searchParams.get('code');
  if (!code)
    throw new Error(
      `no code from ${side.name} but ${browser.status} ${browser.location ?? browser.html.slice(0, 500)}`,
    );
  const answer = await fetch(`${side.issuer}/oauth2/token`, {
    method: 'POST',
    headers: tokenHeaders(api),
    body: redemption(code),
  });
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  if (!tokens.access_token || !tokens.refresh_token)
    throw new Error(`no tokens from ${side.name}: ${JSON.stringify(tokens)}`);
  return { browser, access_token: tokens.access_token, refresh_token: tokens.refresh_token };
}

export const eachPerson = <T>(connections: number, work: (number: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: connections }, (_, number) => work(number)));
