import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEncryption } from '../../src/lib/encryption.js';
import type { Application } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { rotateSigningKeys } from '../../src/services/signing-keys/change-keys.js';
import { openSigningKeys } from '../../src/services/signing-keys/follow-keys.js';
import { makeApi, makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { newBrowser, relyingParty } from '../support/relying-party.js';
import { KEYS, startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  const api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
});
afterAll(() => server?.close());

const metrics = async () => (await fetch(`${server.issuer}/metrics`)).text();

/** The sum over all lines of a metric whose labels hold these. */
async function value(name: string, ...labels: string[]): Promise<number> {
  const lines = (await metrics())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const fitting = lines.filter((line) => labels.every((label) => line.includes(label)));
  return fitting.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('/metrics', () => {
  it('is Prometheus’ text format, for any Host, never cached', async () => {
    const { port } = new URL(server.issuer);
    // Its pattern, which names its request, has braces.
    await fetch(`${server.issuer}/api/v1/organizations/acme`);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    for (const line of (await answer.text()).split('\n').filter(Boolean)) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) \w+ .+|[a-zA-Z_:]\w*(\{(\w+="[^"\\]*",?)*\})? (-?[\d.]+(e[+-]?\d+)?|[+-]Inf|NaN|Nan))$/,
      );
    }
  });

  it('counts sign-ins, tokens and requests, and names nobody', async () => {
    const user = await makeUser(server.services);
    await makeOrganization(server.services, { founder: user._id });
    const before = {
      ok: await value('rollcall_sign_ins_total', 'outcome="ok"'),
      wrong: await value('rollcall_sign_ins_total', 'outcome="wrong"'),
      refreshed: await value('rollcall_tokens_issued_total', 'kind="refresh_token"', 'grant_type="refresh_token"'),
      codes: await value('rollcall_tokens_issued_total', 'kind="access_token"', 'grant_type="authorization_code"'),
      requests: await value('rollcall_http_request_duration_seconds_count', 'route="/oauth2/token"', 'method="POST"'),
      hashes: await value('rollcall_password_hashing_duration_seconds_count'),
    };
    const rp = await relyingParty(server, application._id);
    const flow = await rp.begin(newBrowser(server));
    await flow.browser.submit('Sign in', { email: 'nobody@example.test', password: PASSWORD });
    await flow.browser.submit('Sign in', { email: user.email, password: 'not the password at all' });
    await flow.browser.submit('Sign in', { email: user.email, password: PASSWORD });
    const tokens = await flow.tokens();
    await client.refreshTokenGrant(rp.config, tokens.refresh_token as string);
    expect((await value('rollcall_sign_ins_total', 'outcome="ok"')) - before.ok).toBe(1);
    // An address that nobody has counts as a wrong password does: the numbers tell no more than the page.
    expect((await value('rollcall_sign_ins_total', 'outcome="wrong"')) - before.wrong).toBe(2);
    expect(
      (await value('rollcall_tokens_issued_total', 'kind="access_token"', 'grant_type="authorization_code"')) -
        before.codes,
    ).toBe(1);
    expect(
      (await value('rollcall_tokens_issued_total', 'kind="refresh_token"', 'grant_type="refresh_token"')) -
        before.refreshed,
    ).toBe(1);
    expect(
      (await value('rollcall_http_request_duration_seconds_count', 'route="/oauth2/token"', 'method="POST"')) -
        before.requests,
    ).toBe(2);
    expect((await value('rollcall_password_hashing_duration_seconds_count')) - before.hashes).toBeGreaterThanOrEqual(3);
    const text = await metrics();
    for (const secret of [user._id, user.email, application._id, tokens.access_token, 'nobody@', 'acme', PASSWORD])
      expect(text).not.toContain(secret);
  });

  it('names routes by their pattern, whatever the request says', async () => {
    const kinds = async () => new Set((await metrics()).match(/route="[^"]*",method="[^"]*"/g)).size;
    await Promise.all(['/interaction/a', '/oauth2/authorize/b', '/join/c'].map((path) => fetch(server.issuer + path)));
    await fetch(`${server.issuer}/zero`);
    const before = await kinds();
    const odd = [
      '/one',
      '/two/%00',
      '/interaction/x',
      '/oauth2/authorize/y',
      '/oauth2/token/z',
      '/.well-known/w',
      '/join/v',
    ];
    await Promise.all(odd.map((path) => fetch(server.issuer + path, { redirect: 'manual' })));
    await fetch(`${server.issuer}/three`, { method: 'PROPFIND' });
    // `/oauth2/token/…`, and `unknown` by another method, are all that is new.
    expect((await kinds()) - before).toBeLessThanOrEqual(2);
    expect(await value('rollcall_http_request_duration_seconds_count', 'route="unknown"')).toBeGreaterThanOrEqual(3);
    const text = await metrics();
    for (const path of ['/one', '/two', 'propfind', 'PROPFIND', '/interaction/x', 'authorize/y'])
      expect(text).not.toContain(path);
  });

  it('says how the queue of hashes is, whether it is ready, and what runs', async () => {
    const text = await metrics();
    for (const name of ['hashing_queue{state="running"}', 'hashing_queue{state="waiting"}'])
      expect(text).toContain(`rollcall_password_${name}`);
    expect(text).toMatch(/^rollcall_ready 1$/m);
    expect(text).toMatch(/^rollcall_build_info\{version="\d+\.\d+\.\d+",node="v\d+/m);
  });

  it('says for how long each key that signs has done so, and begins anew when another does', async () => {
    const DAY = 86_400;
    const { store, services } = server;
    const tomorrow = { ...services, clock: { now: () => new Date(Date.now() + DAY * 1000) } };
    const encryption = createEncryption(KEYS);
    const signingKeys = await openSigningKeys(tomorrow, encryption);
    const later = await startServer({ store, services: tomorrow, signingKeys });
    try {
      const ages = async () =>
        Object.fromEntries(
          await Promise.all(
            ['RS256', 'ES256', 'EdDSA'].map(async (alg) => [
              alg,
              await value('rollcall_signing_key_age_seconds', `alg="${alg}"`),
            ]),
          ),
        );
      for (const age of Object.values(await ages())) {
        expect(age).toBeGreaterThanOrEqual(DAY);
        expect(age).toBeLessThan(DAY + 3600);
      }
      await rotateSigningKeys(tomorrow, encryption, SYSTEM, { alg: 'ES256', now: true });
      await signingKeys.follow();
      const { ES256, RS256 } = await ages();
      expect(ES256).toBeLessThan(DAY);
      expect(RS256).toBeGreaterThanOrEqual(DAY);
    } finally {
      await later.close();
    }
  });

  it('takes no other method, and a body changes nothing', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await fetch(`${server.issuer}/metrics`, { method, body: '{"a":' })).status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${server.issuer}/metrics?match[]=x&match[]=y`)).status).toBe(200);
  });
});

describe('too many requests at once', () => {
  it('get 503 at once while others are worked on, and health goes on', async () => {
    const { services, store } = server;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const current = async () => {
      await gate;
      return services.catalog.current();
    };
    const small = await startServer({
      store,
      services: { ...services, catalog: { ...services.catalog, current } },
      mostInFlight: 4,
    });
    const ask = () => fetch(`${small.issuer}/oauth2/authorize?client_id=nobody`);
    const answers = Array.from({ length: 20 }, ask);
    const refused: Response[] = [];
    for (const answer of answers) void answer.then((one) => one.status === 503 && refused.push(one));
    // Nobody has been answered but those who were refused.
    await expect.poll(() => refused.length).toBe(16);
    for (const answer of refused) {
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await answer.json()).toMatchObject({ error: 'unavailable' });
    }
    expect((await fetch(`${small.issuer}/health/ready`)).status).toBe(200);
    expect((await fetch(`${small.issuer}/metrics`)).status).toBe(200);
    open();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(4);
    expect((await ask()).status).toBe(400);
    await small.close();
  });
});
