import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, machineClient } from '../support/api.js';
import { makeOrganization, makeUser } from '../support/factories.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let machine: ApiClient;

beforeAll(async () => {
  server = await startServer();
  machine = await machineClient(server);
});
afterAll(() => server?.close());

const someOrganization = async () => {
  const founder = await makeUser(server.services);
  return makeOrganization(server.services, { founder: founder._id });
};

describe('a body', () => {
  it('with too many members is refused before any of them is looked at', async () => {
    const { slug } = await someOrganization();
    const body = `{"action":"suspend","members":[${'1,'.repeat(500_000)}1]}`;
    const { status, json, text } = await machine.post(`/organizations/${slug}/bulk-operations`, body);
    expect([status, json.error, json.details]).toEqual([422, 'too_many_members', []]);
    expect(text.length).toBeLessThan(1000);
  });

  it('with a list that is too long is refused by its length alone', async () => {
    const { slug } = await someOrganization();
    const long = Array.from({ length: 30_000 }, () => 1);
    const roles = await machine.post(`/organizations/${slug}/groups`, { name: 'Long', roles: long });
    expect([roles.status, roles.json.details]).toEqual([
      422,
      [{ path: 'roles', message: expect.stringContaining('100') }],
    ]);
  });

  it('of nothing but faults is told the first hundred, and how many more there are', async () => {
    const { slug } = await someOrganization();
    const path = `/organizations/${slug}/bulk-operations`;
    const { status, json } = await machine.post(path, {
      action: 'suspend',
      members: Array.from({ length: 10_000 }, () => 1),
    });
    expect(status).toBe(422);
    expect(json.details).toHaveLength(101);
    expect(json.details[99].path).toBe('members[99]');
    expect(json.details[100]).toEqual({ path: '', message: '9900 more faults are not listed' });
    const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key${n}`, 1]));
    const unknown = await machine.post(path, { action: 'suspend', members: [], ...keys });
    expect(unknown.json.details).toHaveLength(101);
  });
});
