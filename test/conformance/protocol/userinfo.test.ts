/** OpenID Connect Core 1.0, 5: claims, and userinfo, which gives them. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/models/index.js';
import { PROFILE_CLAIMS } from '../../../src/oidc/settings/claims.js';
import type { BrowserClient } from '../../support/browser-client.js';
import { makeApi, makeApplication } from '../../support/factories.js';
import { authorize, type Member, makeAdministrator, post, signIn } from '../../support/login.js';
import { get } from '../../support/raw-http.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let application: Application;
let ada: Member;
let browser: BrowserClient;

const PROFILE = {
  given_name: 'Ada',
  family_name: 'Byron',
  middle_name: 'King',
  nickname: 'Ada',
  preferred_username: 'ada',
  profile: 'https://ada.example.test/',
  picture: 'https://ada.example.test/picture.png',
  website: 'https://ada.example.test/',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en',
};

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services);
  ada = await makeAdministrator(server);
  await server.services.models.User.updateOne({ _id: ada.user._id }, { $set: { profile: PROFILE } });
  ({ browser } = await signIn(server, application._id, ada));
});
afterAll(() => server?.close());

/** What a silent request brings. */
async function tokens(parameters: Record<string, string>, clientId = application._id) {
  const { redeem } = await authorize(server, browser, clientId, { prompt: 'none', ...parameters });
  return (await redeem()).json as Record<'access_token' | 'id_token' | 'refresh_token', string>;
}

const userinfo = (token: string) => get(server, '/oauth2/userinfo', { authorization: `Bearer ${token}` });

describe('userinfo', () => {
  it('answers by GET and by POST, to a token in the header and in the form, as JSON that nobody keeps', async () => {
    const { access_token } = await tokens({ scope: 'openid email' });
    const header = { authorization: `Bearer ${access_token}` };
    const plain = await get(server, '/oauth2/userinfo', header);
    expect(plain.headers.get('content-type')).toMatch(/^application\/json/);
    expect(plain.headers.get('cache-control')).toContain('no-store');
    for (const answer of [
      await post(server, '/oauth2/userinfo', {}, { headers: header }),
      await post(server, '/oauth2/userinfo', { access_token }),
    ])
      expect([answer.status, answer.json]).toEqual([200, plain.body]);
    expect(plain.body.email).toBe(ada.user.email);
  });

  it('gives sub as the ID token has it, and of the person what the scope gives alone', async () => {
    const own = ['active_role', 'oid', 'permissions', 'roles', 'sub'];
    for (const [scope, given] of [
      ['openid', []],
      ['openid email', ['email', 'email_verified']],
      ['openid profile', [...PROFILE_CLAIMS, 'org_name', 'org_slug']],
    ] as [string, string[]][]) {
      const { access_token, id_token } = await tokens({ scope });
      const { body } = await userinfo(access_token);
      expect(body.sub).toBe(decodeJwt(id_token).sub);
      expect(
        Object.keys(body)
          .filter((name) => !['acr', 'amr', 'auth_time'].includes(name))
          .sort(),
        scope,
      ).toEqual([...own, ...given].sort());
    }
  });

  it('gives each claim in its type: email_verified a truth value, updated_at a number of seconds, texts as they are', async () => {
    const { access_token, id_token } = await tokens({ scope: 'openid profile email' });
    for (const claims of [(await userinfo(access_token)).body, decodeJwt(id_token)]) {
      expect(claims).toMatchObject({ ...PROFILE, name: ada.user.name, email: ada.user.email });
      expect(claims.email_verified).toBe(true);
      expect(Number.isInteger(claims.updated_at)).toBe(true);
      expect(Math.abs((claims.updated_at as number) - Date.now() / 1000)).toBeLessThan(3600);
    }
  });

  it('refuses with 401 and invalid_token whatever is no access token of a person that is alive', async () => {
    const api = await makeApi(server.services);
    const machine = await makeApplication(server.services, {
      type: 'machine',
      grantTypes: [],
      redirectUris: [],
      defaultApi: api._id,
    });
    const { json } = await post(
      server,
      '/oauth2/token',
      { grant_type: 'client_credentials' },
      { clientId: machine._id },
    );
    const { access_token, id_token, refresh_token } = await tokens({ scope: 'openid' });
    await post(server, '/oauth2/revoke', { token: access_token }, { clientId: application._id });
    for (const [what, token] of Object.entries({ access_token, id_token, refresh_token, machine: json.access_token })) {
      const answer = await userinfo(token);
      expect([answer.status, answer.body.error], what).toEqual([401, 'invalid_token']);
      expect(answer.headers.get('www-authenticate'), what).toMatch(/^Bearer .*error="invalid_token"/);
    }
  });

  it('leaves out what was asked for as essential and isn’t there, and the request goes on', async () => {
    const ben = await makeAdministrator(server);
    const without = await signIn(server, application._id, ben);
    const essential = { birthdate: { essential: true }, name: { essential: true }, address: { essential: true } };
    const claims = JSON.stringify({ userinfo: essential, id_token: essential });
    const request = { scope: 'openid', prompt: 'none', claims };
    const { json } = await (await authorize(server, without.browser, application._id, request)).redeem();
    for (const one of [(await userinfo(json.access_token)).body, decodeJwt(json.id_token)]) {
      expect(one).toMatchObject({ sub: ben.user._id, name: ben.user.name });
      expect(one).not.toHaveProperty('birthdate');
      expect(one).not.toHaveProperty('address');
    }
  });
});
