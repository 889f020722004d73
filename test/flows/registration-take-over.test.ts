import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportState } from '../../src/services/export/index.js';
import { applyProvisioning, planProvisioning } from '../../src/services/provisioning/index.js';
import { eventsOf } from '../support/audit.js';
import { type Json, manage, registerAt } from '../support/registration.js';
import { startServer, type TestServer } from '../support/server.js';

const CALLBACK = 'https://app.example.test/callback';
const EVIL = 'https://evil.example.test/callback';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ registration: 'open' });
});
afterAll(() => server?.close());

async function registered(): Promise<Json & { client_id: string }> {
  const { status, body } = await registerAt(server, { redirect_uris: [CALLBACK], client_name: 'Newcomer' });
  expect(status).toBe(201);
  return body as Json & { client_id: string };
}

const stored = (clientId: unknown) => server.services.models.Application.findById(clientId).lean();
const fileFor = (one: Json, values: object) => ({
  applications: [{ clientId: one.client_id, name: 'Newcomer', ...values }],
});
const changed = (one: Json, uri = EVIL) => ({
  client_id: one.client_id,
  client_name: 'Newcomer',
  redirect_uris: [uri],
});

describe('an operator’s file that changes an application which registered itself', () => {
  it.each([
    ['makes it first-party', { firstParty: true }],
    ['changes its redirect URIs', { redirectUris: [CALLBACK, 'https://app.example.test/second'] }],
    ['lets it use organizations', { organization: 'optional' }],
    ['changes its name alone', { name: 'Known' }],
  ])(
    'that %s takes it over: nobody reads, changes or deletes it by its registration any more',
    async (_what, values) => {
      const one = await registered();
      await applyProvisioning(server.services, fileFor(one, values));
      for (const [method, body] of [['GET'], ['PUT', changed(one)], ['DELETE']] as const) {
        const answer = await manage(one, method, body);
        expect([method, answer.status, answer.body.error]).toEqual([method, 401, 'invalid_token']);
      }
      expect(await stored(one.client_id)).toMatchObject(values);
      expect((await stored(one.client_id))?.redirectUris).toContain(CALLBACK);
      expect((await applyProvisioning(server.services, fileFor(one, values))).applied).toEqual([]);
    },
  );

  it('says so before it is done, and in its event', async () => {
    const one = await registered();
    const file = fileFor(one, { firstParty: true });
    const [step] = await planProvisioning(server.services, file);
    expect(step?.properties).toEqual([
      { property: 'firstParty', before: false, after: true, secret: false },
      { property: 'selfManaged', before: true, after: false, secret: false },
    ]);
    await applyProvisioning(server.services, file);
    const events = await eventsOf(server.services, { subject: one.client_id });
    expect(events.at(-1)).toMatchObject({
      action: 'application.changed',
      after: { firstParty: true, selfManaged: false },
    });
  });

  it('is refused where the application changes itself meanwhile, and a second run completes it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const one = await registered();
      const file = fileFor(one, { firstParty: true });
      const [applied, put] = await Promise.all([
        applyProvisioning(server.services, file).then(
          () => true,
          (error: Error) => error.message,
        ),
        manage(one, 'PUT', changed(one)),
      ]);
      const now = await stored(one.client_id);
      if (applied === true) {
        // What the file has vouched for wasn't changed after it was looked at.
        if (put.status === 401) expect(now).toMatchObject({ firstParty: true, redirectUris: [CALLBACK] });
        expect(now?.registration?.tokenHash).toBeUndefined();
      } else {
        expect(applied).toContain('meanwhile');
        expect(now).toMatchObject({ firstParty: false, redirectUris: [EVIL] });
        await applyProvisioning(server.services, file);
      }
      expect((await manage({ ...one, ...put.body }, 'GET')).status).toBe(401);
    }
  });
});

describe('a file that changes nothing', () => {
  it('leaves an application its registration, as an export does where it comes from', async () => {
    const one = await registered();
    const applications: unknown[] = [];
    for await (const part of exportState(server.services, { users: false, withHashes: true }))
      if (part.section === 'applications') applications.push(...part.entries);
    expect(JSON.stringify(applications)).toContain(one.client_id);
    expect((await applyProvisioning(server.services, { applications })).applied).toEqual([]);
    expect((await manage(one, 'GET')).status).toBe(200);
  });

  it('ends the registration of an application that was trusted before', async () => {
    const one = await registered();
    await server.services.models.Application.updateOne({ _id: one.client_id }, { $set: { firstParty: true } });
    await applyProvisioning(server.services, fileFor(one, { firstParty: true }));
    expect((await manage(one, 'GET')).status).toBe(401);
  });
});
