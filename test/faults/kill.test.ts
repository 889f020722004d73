import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication, makeOrganization, PASSWORD } from '../support/factories.js';
import { ownPort } from '../support/ports.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type Flow, relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';

/** `npm run faults` does it more often. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 4);

let store: TestStore;
let services: ServiceContext;
let clientId: string;
let running: ServerProcess | undefined;

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  const api = await makeApi(services);
  clientId = (await makeApplication(services, { defaultApi: api._id }))._id;
  await makeOrganization(services, { name: 'Acme', joinPolicy: 'open' });
});
afterEach(() => running?.end('SIGKILL'));
afterAll(() => store?.close());

/** One port for all lives of the server, so that its issuer stays the same. */
const port = String(ownPort(20_000));

/** A machine that is busy answers 503 in time: then somebody else tries. */
async function codeOf(server: ServerProcess, email: string, tries = 5): Promise<Flow> {
  const rp = await relyingParty(server, clientId);
  const browser = new BrowserClient(server.issuer);
  try {
    const flow = await rp.begin(browser, { organization: 'acme' });
    await browser.follow('Create account');
    await browser.submit('Create account', { name: 'Somebody', email, password: PASSWORD });
    await browser.submit('Join');
    flow.callbackUrl();
    return flow;
  } catch (error) {
    if (browser.status !== 503 || tries === 1) throw error;
    return codeOf(server, `next-${email}`, tries - 1);
  }
}

describe('kill -9 during sign-ups and redemptions', () => {
  it(`loses nothing that was acknowledged, and no code works twice, ${ROUNDS} times`, async () => {
    let administrators = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      running = await startProcess(store.config, { PORT: port });
      const server = running;
      const emails = [0, 1, 2].map((number) => `round-${round}-${number}@example.test`);
      // Waiting at the door: a code that nobody has redeemed yet, and one that is being redeemed while the server dies.
      const [kept, raced] = await Promise.all([
        codeOf(server, emails[0] as string),
        codeOf(server, emails[1] as string),
      ]);
      const redeemed = raced.tokens().catch(() => undefined);
      const signingUp = codeOf(server, emails[2] as string).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      await server.end('SIGKILL');
      const tokens = await redeemed;
      await signingUp;

      running = await startProcess(store.config, { PORT: port });
      const rp = await relyingParty(running, clientId);
      // Acknowledged: both people exist and are members; the unused code works, once.
      const first = await kept.tokens();
      const roles = (first.claims()?.roles ?? []) as string[];
      expect([['admin'], ['member']]).toContainEqual(roles);
      if (roles[0] === 'admin') administrators += 1;
      await expect(kept.tokens()).rejects.toMatchObject({ error: 'invalid_grant' });
      if (tokens) {
        // The answer had come: its tokens work, the code doesn't any more.
        expect(await client.tokenIntrospection(rp.config, tokens.refresh_token as string)).toMatchObject({
          active: true,
        });
        await expect(client.refreshTokenGrant(rp.config, tokens.refresh_token as string)).resolves.toBeDefined();
      }
      await raced.tokens().then(
        () => expect(tokens, 'a code that had given tokens gave some again').toBeUndefined(),
        (error: { error?: string }) => expect(error.error).toBe('invalid_grant'),
      );
      // Who was in the middle of signing up can sign in, or try again: no half-made account.
      const again = await rp.begin(new BrowserClient(running.issuer), { organization: 'acme' });
      await again.browser.submit('Sign in', { email: emails[2] as string, password: PASSWORD });
      if (again.browser.status === 422) {
        await again.browser.follow('Create account');
        await again.browser.submit('Create account', {
          name: 'Somebody',
          email: emails[2] as string,
          password: PASSWORD,
        });
        // A claim that died with its writer is free again after a minute; until then the address counts as taken.
        if (again.browser.status !== 422) expect(again.browser.status).toBeLessThan(400);
      }
      await running.end('SIGKILL');
    }
    expect(administrators).toBeLessThanOrEqual(1);
    const acme = await services.models.Organization.findOne({ slug: 'acme' }).lean();
    expect(acme?.administrators).toHaveLength(1);
  }, 240_000);
});

describe('SIGTERM', () => {
  it('finishes what is in flight, and ends with 0; every line on stdout is JSON', async () => {
    running = await startProcess(store.config, { PORT: port });
    const answers = Array.from({ length: 20 }, () =>
      fetch(`${running?.issuer}/.well-known/openid-configuration`).then((response) => response.status),
    );
    await Promise.race(answers);
    expect(await running.end('SIGTERM')).toBe(0);
    const statuses = await Promise.allSettled(answers);
    for (const one of statuses) if (one.status === 'fulfilled') expect(one.value).toBe(200);
    for (const line of running.lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(running.lines.join('\n')).not.toContain(PASSWORD);
  });
});
