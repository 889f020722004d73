import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { Api, Application } from '../../src/models/index.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeApi, makeApplication } from '../support/factories.js';
import { authorize, makeAdministrator, post, signIn } from '../support/login.js';
import type { RelyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { type Turns, takeTurns } from '../support/turns.js';

let turns: Turns;
let server: TestServer;
/** Another process, as far as state goes: a connection of its own to the same store. Requests reach the two in turns. */
let other: TestServer;
let otherStore: Store;
let api: Api;
let application: Application;
let browser: BrowserClient;
let rp: RelyingParty;

beforeAll(async () => {
  turns = await takeTurns();
  server = await startServer({ issuer: turns.origin });
  const { store, issuer } = server;
  otherStore = await connectStore(store.config);
  other = await startServer({
    store,
    issuer,
    connection: otherStore.connection,
    services: await startServices(otherStore.connection, createLogger('silent')),
  });
  turns.between([server, other].map((one) => `http://127.0.0.1:${(one.server.address() as AddressInfo).port}`));
  api = await makeApi(server.services);
  application = await makeApplication(server.services, { defaultApi: api._id });
  ({ browser, rp } = await signIn(server, application._id, await makeAdministrator(server)));
});
afterAll(async () => {
  await turns?.close();
  await other?.close();
  await otherStore?.close();
  await server?.close();
});

const newCode = () => authorize(server, browser, application._id, { scope: 'openid' });
const records = () => server.services.models.oidc.AuthorizationCode;

async function isActive(token: string): Promise<boolean> {
  const clientId = api.introspection?.clientId as string;
  return (await post(server, '/oauth2/introspect', { token }, { clientId })).json.active;
}

const refresh = (token: string) => client.refreshTokenGrant(rp.config, token);

describe('a code that is redeemed ten times at once, through two processes', () => {
  it('gives tokens once, which live on; a repetition afterwards ends them', async () => {
    for (let round = 0; round < 20; round += 1) {
      const code = await newCode();
      const answers = await Promise.all(Array.from({ length: 10 }, () => code.redeem()));
      const [won, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      for (const { status, json } of answers.filter((one) => one !== won))
        expect([status, json.error]).toEqual([400, 'invalid_grant']);
      expect(await isActive(won?.json.access_token), `round ${round}`).toBe(true);
      const next = await refresh(won?.json.refresh_token);
      expect(await isActive(next.access_token)).toBe(true);

      const repeated = await code.redeem();
      expect([repeated.status, repeated.json.error]).toEqual([400, 'invalid_grant']);
      for (const token of [won?.json.access_token, next.access_token]) expect(await isActive(token)).toBe(false);
      await expect(refresh(next.refresh_token as string)).rejects.toMatchObject({ error: 'invalid_grant' });
    }
  });
});

describe('a second use of a code', () => {
  /** One code that was used, as it lies in the store. */
  async function used() {
    await records().deleteMany({});
    const code = await newCode();
    const { json } = await code.redeem();
    return { ...code, token: json.access_token as string };
  }
  const now = (shift: number) => new Date(Date.now() + shift);

  it('that arrived before the first one was answered is invalid_grant and ends nothing', async () => {
    const { redeem, token } = await used();
    await records().updateOne({}, { $set: { answeredAt: now(5000) } });
    expect((await redeem()).json.error).toBe('invalid_grant');
    expect(await isActive(token)).toBe(true);
    await records().updateOne({}, { $set: { answeredAt: now(-1) } });
    expect((await redeem()).json.error).toBe('invalid_grant');
    expect(await isActive(token)).toBe(false);
  });

  it('ends what the first one gave also where the clocks of two processes are far apart', async () => {
    const { redeem, token } = await used();
    await records().updateOne({}, { $set: { answeredAt: now(60_000) } });
    expect((await redeem()).json.error).toBe('invalid_grant');
    expect(await isActive(token)).toBe(false);
  });

  it('ends nothing while the first one may still be worked on, and everything where that was lost', async () => {
    const { redeem, token } = await used();
    await records().updateOne({}, { $unset: { answeredAt: 1 } });
    expect((await redeem()).json.error).toBe('invalid_grant');
    expect(await isActive(token)).toBe(true);
    await records().updateOne({}, { $set: { consumed: Math.floor(Date.now() / 1000) - 11 } });
    expect((await redeem()).json.error).toBe('invalid_grant');
    expect(await isActive(token)).toBe(false);
  });

  it('of another application ends nothing', async () => {
    const { answer, token } = await used();
    const stranger = await makeApplication(server.services);
    const stolen = await post(
      server,
      '/oauth2/token',
      {
        grant_type: 'authorization_code',
        code: answer.get('code') as string,
        redirect_uri: 'https://app.example.test/callback',
      },
      { clientId: stranger._id },
    );
    expect([stolen.status, stolen.json.error]).toEqual([400, 'invalid_grant']);
    expect(await isActive(token)).toBe(true);
  });
});
