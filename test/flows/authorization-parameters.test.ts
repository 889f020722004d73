import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, Application } from '../../src/models/index.js';
import { makeApi, makeApplication, makeOrganization, PASSWORD } from '../support/factories.js';
import { authorize, type Member, makeAdministrator, signIn } from '../support/login.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;
let ada: Member;
let ben: Member;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  ada = await makeAdministrator(server);
  ben = await makeAdministrator(server);
});
afterAll(() => server?.close());

const asAda = (parameters: Record<string, string> = {}) => signIn(server, application._id, ada, parameters);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The ID token's claims of a silent request. */
async function silently(browser: Awaited<ReturnType<typeof asAda>>['browser'], parameters: Record<string, string>) {
  const { error, redeem } = await authorize(server, browser, application._id, {
    scope: 'openid',
    prompt: 'none',
    ...parameters,
  });
  if (error) return { error };
  const { json } = await redeem();
  return { ...json, claims: decodeJwt(json.id_token) };
}

describe('prompt', () => {
  it('none answers login_required to a stranger; together with others it is an invalid_request', async () => {
    const stranger = newBrowser(server);
    const ask = async (prompt: string) =>
      (await authorize(server, stranger, application._id, { scope: 'openid', prompt })).error;
    expect(await ask('none')).toBe('login_required');
    for (const prompt of [
      'none login',
      'none consent',
      'login none',
      'none select_account',
      'nonsense',
      'organization',
    ])
      expect(await ask(prompt), prompt).toBe('invalid_request');
  });

  it('select_account shows who is signed in, and goes on as them', async () => {
    const { rp, browser } = await asAda();
    const flow = await rp.begin(browser, { prompt: 'select_account' });
    expect(browser.has(`Continue as ${ada.user.name}`)).toBe(true);
    expect(browser.has(ada.user.email)).toBe(true);
    await browser.submit('Continue as');
    expect((await flow.tokens()).claims()).toMatchObject({ sub: ada.user._id, oid: ada.organizationId });
  });

  it('select_account lets another account sign in, within the same request', async () => {
    const { rp, browser } = await asAda();
    const flow = await rp.begin(browser, { prompt: 'select_account' });
    await browser.submit('Use another account');
    await browser.submit('Sign in', { email: ben.user.email, password: PASSWORD });
    expect((await flow.tokens()).claims()).toMatchObject({ sub: ben.user._id, oid: ben.organizationId });
  });

  it('select_account is a sign-in for a stranger, and together with login asks for both', async () => {
    const { rp, browser, flow } = await asAda({ prompt: 'select_account' });
    expect((await flow.tokens()).claims()).toMatchObject({ sub: ada.user._id });
    const both = await rp.begin(browser, { prompt: 'login select_account' });
    await browser.submit('Continue as');
    await browser.submit('Sign in', { email: ada.user.email, password: PASSWORD });
    expect((await both.tokens()).claims()).toMatchObject({ sub: ada.user._id });
  });
});

describe('max_age', () => {
  it('of 0 asks for a sign-in always, and auth_time tells it', async () => {
    const { rp, browser, flow } = await asAda();
    const before = (await flow.tokens()).claims();
    expect(await silently(browser, { max_age: '0' })).toEqual({ error: 'login_required' });
    await pause(1100);
    const again = await rp.begin(browser, { max_age: '0' });
    await browser.submit('Sign in', { email: ada.user.email, password: PASSWORD });
    expect(Number((await again.tokens()).claims()?.auth_time)).toBeGreaterThan(Number(before?.auth_time));
  });

  it('that is no number of seconds is an invalid_request', async () => {
    const { browser } = await asAda();
    for (const max_age of ['-1', 'soon', '1.5', '99999999999999999999'])
      expect(await silently(browser, { max_age }), max_age).toEqual({ error: 'invalid_request' });
  });
});

describe('acr', () => {
  const acr = 'urn:rollcall:acr:password';

  it('is in the ID token; acr_values are a wish, also unknown ones', async () => {
    const { browser } = await asAda();
    for (const acr_values of [acr, 'urn:unknown', `urn:unknown ${acr}`])
      expect(await silently(browser, { acr_values })).toMatchObject({ claims: { acr } });
  });

  it('that is essential and can be reached is reached', async () => {
    const { browser } = await asAda();
    for (const request of [
      { essential: true, value: acr },
      { essential: true, values: ['urn:unknown', acr] },
    ]) {
      const claims = JSON.stringify({ id_token: { acr: request } });
      expect(await silently(browser, { claims })).toMatchObject({ claims: { acr } });
    }
  });

  it('that is essential and can’t be reached fails the request instead of asking again and again', async () => {
    const { browser } = await asAda();
    for (const request of [
      { essential: true, value: 'urn:x' },
      { essential: true, values: ['urn:x', 'urn:y'] },
    ]) {
      const claims = JSON.stringify({ id_token: { acr: request } });
      for (const prompt of ['none', 'login']) {
        const { error } = await authorize(server, browser, application._id, { scope: 'openid', claims, prompt });
        expect(error).toBe('unmet_authentication_requirements');
      }
    }
  });
});

describe('id_token_hint', () => {
  it('of who is signed in is fine, an expired one too; of somebody else it is login_required', async () => {
    const { browser, flow } = await asAda();
    const hint = (await flow.tokens()).id_token as string;
    expect(await silently(browser, { id_token_hint: hint })).toMatchObject({ claims: { sub: ada.user._id } });
    const brief = await makeApplication(server.services, { idTokenTtl: 1 });
    const expired = await signIn(server, brief._id, ada);
    const { json } = await (
      await authorize(server, expired.browser, brief._id, { scope: 'openid', prompt: 'none' })
    ).redeem();
    await pause(1500);
    const late = await authorize(server, expired.browser, brief._id, {
      scope: 'openid',
      prompt: 'none',
      id_token_hint: json.id_token,
    });
    expect(late.error).toBeNull();
    const other = await signIn(server, application._id, ben);
    expect(await silently(other.browser, { id_token_hint: hint })).toEqual({ error: 'login_required' });
  });

  it('makes a sign-in as somebody else fail, where a page that asks forever would not', async () => {
    const { flow } = await asAda();
    const hint = (await flow.tokens()).id_token as string;
    const browser = newBrowser(server);
    await authorize(server, browser, application._id, { scope: 'openid', id_token_hint: hint });
    await browser.submit('Sign in', { email: ben.user.email, password: PASSWORD });
    expect(new URL(browser.location as string).searchParams.get('error')).toBe('login_required');
  });

  it('that is garbage, another application’s or an access token is an invalid_request', async () => {
    const { browser } = await asAda();
    const api = await makeApi(server.services);
    const elsewhere = await makeApplication(server.services, { defaultApi: api._id });
    const { flow } = await signIn(server, elsewhere._id, ada);
    const tokens = await flow.tokens();
    for (const id_token_hint of ['x', 'a.b.c', tokens.id_token as string, tokens.access_token])
      expect(await silently(browser, { id_token_hint })).toEqual({ error: 'invalid_request' });
  });
});

describe('the claims parameter (OIDC Core 5.5)', () => {
  const claims = (value: object) => ({ claims: JSON.stringify(value) });

  it('puts single claims into the ID token and into userinfo, each where it was asked for', async () => {
    const api = await makeApi(server.services);
    const opaque = await makeApi(server.services, { tokenFormat: 'opaque' });
    for (const one of [undefined, api, opaque] as (Api | undefined)[]) {
      const own = await makeApplication(server.services, { defaultApi: one?._id });
      const { rp, browser } = await signIn(server, own._id, ada);
      const request = claims({ id_token: { email: null }, userinfo: { name: { essential: true }, unknown: null } });
      const asked = await authorize(server, browser, own._id, { scope: 'openid', prompt: 'none', ...request });
      let { json } = await asked.redeem();
      for (const round of ['redeemed', 'refreshed']) {
        expect(decodeJwt(json.id_token), round).toMatchObject({ email: ada.user.email });
        expect(decodeJwt(json.id_token)).not.toHaveProperty('name');
        const userinfo = await client.fetchUserInfo(rp.config, json.access_token, ada.user._id);
        expect(userinfo, round).toMatchObject({ name: ada.user.name });
        expect(userinfo).not.toHaveProperty('email');
        expect(userinfo).not.toHaveProperty('unknown');
        json = await client.refreshTokenGrant(rp.config, json.refresh_token);
      }
    }
  });

  it('brings a named claim into the ID token also where the scopes’ claims are in userinfo alone (5.4)', async () => {
    const own = await makeApplication(server.services, { profileClaimsIn: 'userinfo' });
    const { browser } = await signIn(server, own._id, ada);
    const request = { scope: 'openid profile email', prompt: 'none', ...claims({ id_token: { email: null } }) };
    const { json } = await (await authorize(server, browser, own._id, request)).redeem();
    expect(decodeJwt(json.id_token)).toMatchObject({ email: ada.user.email });
    for (const name of ['name', 'updated_at', 'email_verified'])
      expect(decodeJwt(json.id_token)).not.toHaveProperty(name);
  });

  it('with a value for sub wants that person: login_required for another, also after a sign-in', async () => {
    const { browser } = await asAda();
    const sub = (value: string) => claims({ id_token: { sub: { value } } });
    expect(await silently(browser, sub(ada.user._id))).toMatchObject({ claims: { sub: ada.user._id } });
    expect(await silently(browser, sub(ben.user._id))).toEqual({ error: 'login_required' });
    const stranger = newBrowser(server);
    await authorize(server, stranger, application._id, { scope: 'openid', ...sub(ben.user._id) });
    await stranger.submit('Sign in', { email: ada.user.email, password: PASSWORD });
    expect(new URL(stranger.location as string).searchParams.get('error')).toBe('login_required');
  });

  it('that is malformed is an invalid_request', async () => {
    const { browser } = await asAda();
    const list = [
      'not json',
      '[]',
      'null',
      '{}',
      '{"id_token":null}',
      '{"userinfo":[]}',
      '{"id_token":{"email":"yes"}}',
      '{"id_token":{"email":{"essential":"yes"}}}',
      '{"id_token":{"acr":{"values":"x"}}}',
      '{"id_token":{"sub":{"value":{"$gt":""}}}}',
    ];
    for (const text of list)
      expect(await silently(browser, { claims: text }), text).toEqual({ error: 'invalid_request' });
  });

  it('with names that aren’t claims reaches no store and no prototype', async () => {
    const { browser } = await asAda();
    const text = '{"id_token":{"__proto__":{"email":null},"$where":null,"a.b":null,"constructor":null},"userinfo":{}}';
    const tokens = await silently(browser, { claims: text });
    expect(tokens).toMatchObject({ claims: { sub: ada.user._id } });
    expect(tokens.claims).not.toHaveProperty('email');
    const codes = await server.services.models.oidc.AuthorizationCode.find().lean();
    expect(JSON.stringify(codes)).not.toContain('$where');
  });

  it('is asked of the person in words by a third-party application, and only for what no allowed scope gives', async () => {
    const third = await makeApplication(server.services, { firstParty: false });
    const { browser } = await signIn(server, third._id, ada, { scope: 'openid email' });
    await browser.submit('Allow');
    const request = (names: object) => ({ scope: 'openid', prompt: 'none', ...claims({ id_token: names }) });
    expect((await authorize(server, browser, third._id, request({ email: null }))).error).toBeNull();
    const birthday = request({ birthdate: null });
    expect((await authorize(server, browser, third._id, birthday)).error).toBe('consent_required');
    await authorize(server, browser, third._id, { ...birthday, prompt: 'consent' });
    expect(browser.has('Your birthday')).toBe(true);
    await browser.submit('Allow');
    expect((await authorize(server, browser, third._id, birthday)).error).toBeNull();
  });
});

describe('organization=', () => {
  it('takes a slug or an id, by GET, by POST and with prompt=none', async () => {
    const second = await makeOrganization(server.services, { name: 'Second', founder: ada.user._id });
    const { browser } = await asAda({ organization: ada.slug });
    for (const [organization, oid] of [
      [ada.slug, ada.organizationId],
      [ada.organizationId, ada.organizationId],
      [second.slug, second._id],
      [second._id, second._id],
    ] as const)
      expect(await silently(browser, { organization })).toMatchObject({ claims: { oid } });
    const form = new URLSearchParams({
      client_id: application._id,
      response_type: 'code',
      redirect_uri: 'https://app.example.test/callback',
      scope: 'openid',
      organization: second.slug,
    });
    const posted = await fetch(`${server.issuer}/oauth2/authorize`, { method: 'POST', body: form, redirect: 'manual' });
    expect(posted.status).toBe(303);
    expect(new URL(posted.headers.get('location') as string, server.issuer).searchParams.get('organization')).toBe(
      second.slug,
    );
    expect(await silently(browser, {})).toEqual({ error: 'interaction_required' });
    await server.services.models.Membership.deleteOne({ organizationId: second._id, userId: ada.user._id });
  });

  it('of a wrong kind is refused as unknown, and a repeated one is an invalid_request', async () => {
    const { browser } = await asAda();
    for (const organization of ['usr_x', 'no-such', '__proto__', 'org_', '{"$gt":""}', 'x'.repeat(3000), 'system'])
      expect(await silently(browser, { organization }), organization.slice(0, 20)).toEqual({ error: 'access_denied' });
    const twice: [string, string][] = [
      ['scope', 'openid'],
      ['organization', ada.slug],
      ['organization', ben.slug],
    ];
    expect((await authorize(server, browser, application._id, twice)).error).toBe('invalid_request');
  });
});

describe('an authorization request', () => {
  it('gets its state back with the answer, and its nonce in the ID token', async () => {
    const { browser } = await asAda();
    const state = 'ä &=+"\'<>%20';
    const asked = { scope: 'openid', prompt: 'none', state, nonce: 'n-0S6_WzA2Mj' };
    const { answer, redeem } = await authorize(server, browser, application._id, asked);
    expect(answer.get('state')).toBe(state);
    expect(decodeJwt((await redeem()).json.id_token).nonce).toBe('n-0S6_WzA2Mj');
    const refused = await authorize(server, browser, application._id, { ...asked, prompt: 'none login' });
    expect(refused.answer.get('state')).toBe(state);
  });

  it('may hold ui_locales, display, login_hint and parameters that nobody knows', async () => {
    const { browser } = await asAda();
    const parameters = {
      ui_locales: 'xx-YY de',
      display: 'touch',
      claims_locales: 'de',
      login_hint: 'x',
      unknown: 'y',
    };
    expect(await silently(browser, { ...parameters, __proto__: 'z' })).toMatchObject({ claims: { sub: ada.user._id } });
  });

  it('must not repeat a parameter, by GET and by POST: invalid_request', async () => {
    const { browser } = await asAda();
    for (const name of ['state', 'nonce', 'scope', 'prompt', 'max_age', 'claims', 'code_challenge', 'response_mode']) {
      const twice: [string, string][] = [
        ...(name === 'scope' ? [] : [['scope', 'openid'] as [string, string]]),
        [name, 'openid'],
        [name, 'openid'],
      ];
      expect((await authorize(server, browser, application._id, twice)).error, name).toBe('invalid_request');
    }
    const location = await posted([
      ['client_id', application._id],
      ['resource', 'https://a.example.test'],
      ['resource', 'https://b.example.test'],
      ['state', '1'],
      ['state', '2'],
    ]);
    expect(location.searchParams.getAll('resource')).toHaveLength(2);
    expect(location.searchParams.getAll('state')).toEqual(['1', '2']);
    await browser.open(
      `/oauth2/authorize?client_id=${application._id}&redirect_uri=https://a.test/&redirect_uri=https://b.test/`,
    );
    expect(browser.status).toBe(400);
  });

  it('without a scope that is known is an invalid_scope', async () => {
    const { browser } = await asAda();
    for (const parameters of [{}, { scope: '' }, { scope: 'nonsense' }, { scope: 'é' }] as Record<string, string>[])
      expect((await authorize(server, browser, application._id, parameters)).error).toBe('invalid_scope');
  });

  it('with a request object, a request_uri or a registration is refused by that name', async () => {
    const browser = newBrowser(server);
    for (const [name, error] of [
      ['request', 'request_not_supported'],
      ['request_uri', 'request_uri_not_supported'],
      ['registration', 'registration_not_supported'],
    ] as const)
      expect((await authorize(server, browser, application._id, { scope: 'openid', [name]: 'x' })).error).toBe(error);
  });

  it('by POST with no body or JSON is a page with 400, not an error of the server', async () => {
    for (const init of [{}, { body: '{"client_id":"x"}', headers: { 'content-type': 'application/json' } }]) {
      const answer = await fetch(`${server.issuer}/oauth2/authorize`, { method: 'POST', ...init });
      expect(answer.status).toBe(400);
    }
  });
});

async function posted(pairs: [string, string][]): Promise<URL> {
  const body = new URLSearchParams(pairs);
  const answer = await fetch(`${server.issuer}/oauth2/authorize`, { method: 'POST', body, redirect: 'manual' });
  return new URL(answer.headers.get('location') as string, server.issuer);
}

describe('discovery', () => {
  it('tells the truth about requests', async () => {
    const answer = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    const metadata = (await answer.json()) as Record<string, string[]> & { response_modes_supported: string[] };
    expect(metadata).toMatchObject({
      claims_parameter_supported: true,
      request_parameter_supported: false,
      acr_values_supported: ['urn:rollcall:acr:password'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
      claim_types_supported: ['normal'],
      code_challenge_methods_supported: ['S256'],
    });
    expect(metadata.response_modes_supported.sort()).toEqual(['form_post', 'fragment', 'query']);
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']));
    for (const name of ['sub', 'acr', 'auth_time', 'roles', 'oid', 'active_role', 'permissions', 'email', 'org_slug'])
      expect(metadata.claims_supported).toContain(name);
    expect(metadata.grant_types_supported).not.toContain('implicit');
  });
});
