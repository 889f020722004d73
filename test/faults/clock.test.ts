import * as client from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api } from '../../src/models/index.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { makeApi, makeApplication } from '../support/factories.js';
import { newSignedIn } from '../support/login.js';
import { type ServerProcess, startProcess } from '../support/process.js';
import { type RelyingParty, relyingParty } from '../support/relying-party.js';
import { type TestStore, testStore } from '../support/store.js';
import { type Turns, takeTurns } from '../support/turns.js';

let store: TestStore;
let services: ServiceContext;
let api: Api;
let clientId: string;
let turns: Turns;
let right: ServerProcess;
let off: ServerProcess | undefined;

beforeAll(async () => {
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  api = await makeApi(services);
  clientId = (await makeApplication(services, { defaultApi: api._id }))._id;
  turns = await takeTurns();
  right = await startProcess(store.config, { ISSUER: turns.origin });
});
afterEach(async () => {
  await off?.end('SIGKILL');
  off = undefined;
});
afterAll(async () => {
  await right?.end('SIGKILL');
  await turns?.close();
  await store?.close();
});

const addressOf = (server: ServerProcess) => server.said('ready')[0]?.url as string;

/** A second process of the same issuer, whose clock is so many seconds off. */
async function startOff(seconds: number): Promise<void> {
  off = await startProcess(store.config, {
    ISSUER: turns.origin,
    NODE_OPTIONS: `--import=${new URL('../support/shift-clock.js', import.meta.url).href}`,
    SHIFT_CLOCK: String(seconds),
  });
}
const askRight = () => turns.between([addressOf(right)]);
const askOff = () => turns.between([addressOf(off as ServerProcess)]);

/** Someone who signs in by whichever process is asked now. */
const signedIn = () => newSignedIn({ services, issuer: turns.origin }, clientId);

const refresh = (rp: RelyingParty, token: string | undefined) => client.refreshTokenGrant(rp.config, token as string);
const refused = { error: 'invalid_grant' };

async function active(token: string): Promise<boolean> {
  const { config } = await relyingParty({ issuer: turns.origin }, api.introspection?.clientId as string);
  return (await client.tokenIntrospection(config, token)).active;
}

describe('a process whose clock is a minute ahead', () => {
  it('takes the others’ sessions, access tokens and refresh tokens, and they take its own', async () => {
    await startOff(60);
    for (const [first, second] of [
      [askRight, askOff],
      [askOff, askRight],
    ] as const) {
      first();
      const { rp, flow } = await signedIn();
      const tokens = await flow.tokens();
      second();
      expect(await active(tokens.access_token)).toBe(true);
      const next = await refresh(rp, tokens.refresh_token);
      first();
      expect(await active(next.access_token)).toBe(true);
      const silent = await rp.begin(flow.browser, { prompt: 'none' });
      expect((await silent.tokens()).claims()).toMatchObject({ roles: ['admin'] });
    }
  });

  it('refuses the others’ codes, which live for a minute, and refuses each code for good once it was used', async () => {
    await startOff(60);
    askRight();
    const { flow } = await signedIn();
    askOff();
    await expect(flow.tokens()).rejects.toMatchObject(refused);
    // One of its own works at the others, once.
    const { flow: own } = await signedIn();
    askRight();
    await expect(own.tokens()).resolves.toBeDefined();
    await expect(own.tokens()).rejects.toMatchObject(refused);
    askOff();
    await expect(own.tokens()).rejects.toMatchObject(refused);
  });
});

describe('a process whose clock is ten minutes off', () => {
  it('ahead refuses access tokens and codes of the others, and goes on with their sessions and refresh tokens', async () => {
    await startOff(600);
    askRight();
    const { rp, flow } = await signedIn();
    const tokens = await flow.tokens();
    askOff();
    expect(await active(tokens.access_token)).toBe(false);
    const next = await refresh(rp, tokens.refresh_token);
    expect(await active(next.access_token)).toBe(true);
    askRight();
    const silent = await rp.begin(flow.browser, { prompt: 'none' });
    askOff();
    await expect(silent.tokens()).rejects.toMatchObject(refused);
  });

  it('behind lets nothing be used twice, and what the others ended stays ended', async () => {
    await startOff(-600);
    askRight();
    const { rp, flow } = await signedIn();
    const tokens = await flow.tokens();
    const next = await refresh(rp, tokens.refresh_token);
    askOff();
    await expect(flow.tokens()).rejects.toMatchObject(refused);
    await expect(refresh(rp, tokens.refresh_token)).rejects.toMatchObject(refused);
    await client.tokenRevocation(rp.config, next.refresh_token as string);
    await expect(refresh(rp, next.refresh_token)).rejects.toMatchObject(refused);
    askRight();
    await expect(refresh(rp, next.refresh_token)).rejects.toMatchObject(refused);
  });
});
