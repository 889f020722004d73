import * as client from 'openid-client';
import type { User } from '../../src/models/index.js';
import type { BrowserClient } from './browser-client.js';
import { makeMember, makeOrganization, makeUser, PASSWORD, SECRET } from './factories.js';
import { newBrowser, type RelyingParty, relyingParty } from './relying-party.js';
import type { TestServer } from './server.js';

export interface Member {
  user: User;
  organizationId: string;
  slug: string;
}

/** A user who is the only administrator of a new organization and holds these roles there besides. */
export async function makeAdministrator(
  { services }: Pick<TestServer, 'services'>,
  roleIds: string[] = [],
): Promise<Member> {
  const user = await makeUser(services);
  const organization = await makeOrganization(services, { founder: user._id });
  if (roleIds.length) await makeMember(services, organization._id, user._id, ['rol_admin', ...roleIds]);
  return { user, organizationId: organization._id, slug: organization.slug };
}

/** A fresh browser that has signed in as the user in a request of the application. */
export async function signIn(
  server: Pick<TestServer, 'issuer'>,
  clientId: string,
  { user }: Pick<Member, 'user'>,
  parameters: Record<string, string> = {},
  secret: string | null = SECRET,
) {
  const rp: RelyingParty = await relyingParty(server, clientId, secret);
  const flow = await rp.begin(newBrowser(server), parameters);
  await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
  return { rp, flow, browser: flow.browser };
}

/** A new user, administrator of a new organization, whose fresh browser has signed in in a request of the application. */
export async function newSignedIn(
  server: Pick<TestServer, 'issuer' | 'services'>,
  clientId: string,
  parameters: Record<string, string> = {},
  secret: string | null = SECRET,
) {
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  return { user, organization, ...(await signIn(server, clientId, { user }, parameters, secret)) };
}

const CALLBACK = 'https://app.example.test/callback';

/**
 * A raw authorization request, whose parameters may be repeated or left out as no client library would have it.
 * @returns where the browser was sent, and how to redeem the code that is there
 */
export async function authorize(
  server: Pick<TestServer, 'issuer'>,
  browser: BrowserClient,
  clientId: string,
  parameters: Record<string, string> | [string, string][],
) {
  const verifier = client.randomPKCECodeVerifier();
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const own = new URLSearchParams(parameters);
  for (const name of own.keys()) query.delete(name);
  for (const [name, value] of own) query.append(name, value);
  await browser.open(`/oauth2/authorize?${query}`);
  const answer = new URL(browser.location ?? browser.url).searchParams;
  const redeem = (more: [string, string][] = []) =>
    post(
      server,
      '/oauth2/token',
      [
        ['grant_type', 'authorization_code'],
        ['code', answer.get('code') ?? ''],
        ['code_verifier', verifier],
        ['redirect_uri', CALLBACK],
        ...more,
      ],
      { clientId },
    );
  return { answer, error: answer.get('error'), redeem };
}

/** What an endpoint answers to a form, with the application's or API's Basic credentials. */
export async function post(
  { issuer }: Pick<TestServer, 'issuer'>,
  path: string,
  body: Record<string, string> | [string, string][] | string,
  { clientId, headers = {} }: { clientId?: string | undefined; headers?: Record<string, string> } = {},
) {
  const sent = new Headers(headers);
  if (clientId) sent.set('authorization', `Basic ${btoa(`${clientId}:${SECRET}`)}`);
  const response = await fetch(issuer + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : new URLSearchParams(body),
    headers: sent,
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    type,
    text,
    json: type.includes('application/json') ? JSON.parse(text) : undefined,
  };
}
