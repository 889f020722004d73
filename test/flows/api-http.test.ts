import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isInstancePermission } from '../../src/access/statements.js';
import type { Endpoint } from '../../src/api/endpoint.js';
import type { Organization } from '../../src/models/index.js';
import { previewBulk } from '../../src/services/bulk/preview.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { invite } from '../../src/services/invitations/invite.js';
import { type ApiAnswer, ApiClient, ENDPOINTS, freshSlug, machineClient, personClient } from '../support/api.js';
import { makeGroup, makeMember, makeUser } from '../support/factories.js';
import { type Member, makeAdministrator } from '../support/login.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let machine: ApiClient;
let admin: Member;
let plain: ApiClient;
let operation: string;
let invitation: string;

beforeAll(async () => {
  server = await startServer();
  [machine, admin] = await Promise.all([machineClient(server), makeAdministrator(server)]);
  await makeGroup(server.services, admin.organizationId, 'Finance');
  const user = await makeUser(server.services);
  await makeMember(server.services, admin.organizationId, user._id);
  plain = await personClient(server, { user });
  const bulk = {
    organizationId: admin.organizationId,
    action: { kind: 'suspend' },
    members: { references: [] },
  } as const;
  operation = (await previewBulk(server.services, SYSTEM, bulk))._id;
  const organization = (await findOrganization(server.services, admin.slug)) as Organization;
  await addDomain(server.services, SYSTEM, organization, 'known.test');
  const where = { organization, issuer: server.issuer };
  invitation = (await invite(server.services, SYSTEM, where, { email: 'known@known.test' })).invitation._id;
});
afterAll(() => server?.close());

/** An endpoint's path with things that are there. */
const pathOf = ({ path }: Endpoint, values: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const known: Record<string, string> = {
      org: admin.slug,
      member: admin.user._id,
      user: admin.user._id,
      role: 'member',
      group: 'Finance',
      operation,
      domain: 'known.test',
      invitation,
    };
    return encodeURIComponent(values[name] ?? known[name] ?? 'nothing');
  });

const names = (endpoint: Endpoint) => [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
const send = (
  by: ApiClient,
  endpoint: Endpoint,
  sent: Parameters<ApiClient['call']>[2] = {},
  path = pathOf(endpoint),
) => by.call(endpoint.method.toUpperCase(), path, sent);
const withBody = ENDPOINTS.filter((endpoint) => endpoint.body);
const withoutBody = ENDPOINTS.filter((endpoint) => !endpoint.body);

/** What each of them answers, by operation. */
async function each(endpoints: readonly Endpoint[], ask: (endpoint: Endpoint) => Promise<ApiAnswer>) {
  const answers = endpoints.map(async (endpoint) => {
    const { status, json } = await ask(endpoint);
    return [endpoint.operationId, [status, json?.error]];
  });
  return Object.fromEntries(await Promise.all(answers));
}
const all = (endpoints: readonly Endpoint[], status: number, error: string) =>
  Object.fromEntries(endpoints.map(({ operationId }) => [operationId, [status, error]]));

describe('every endpoint', () => {
  it('wants a token', async () => {
    const nobody = new ApiClient(server.issuer, undefined);
    expect(await each(ENDPOINTS, (one) => send(nobody, one, one.body ? { body: {} } : {}))).toEqual(
      all(ENDPOINTS, 401, 'unauthorized'),
    );
  });

  it('wants a permission of the token, before it looks at what was sent', async () => {
    const other = await machineClient(server, ['instance:keys']);
    expect(ENDPOINTS.some(({ permissions }) => permissions.includes('instance:keys'))).toBe(false);
    expect(await each(ENDPOINTS, (one) => send(other, one, one.body ? { body: '{' } : {}))).toEqual(
      all(ENDPOINTS, 403, 'insufficient_scope'),
    );
  });

  it('of an organization answers a member whose role doesn’t carry it as if nothing were there, and others by 403', async () => {
    const members = new Set(['members:read', 'roles:read', 'groups:read', 'organization:leave']);
    const closed = ENDPOINTS.filter((one) => !one.permissions.some((key) => members.has(key)));
    const expected = Object.fromEntries(
      closed.map(({ operationId, path, permissions }) => [
        operationId,
        path.includes('{org}') && !permissions.every(isInstancePermission) ? [404, 'not_found'] : [403, 'forbidden'],
      ]),
    );
    expect(closed.length).toBeGreaterThan(5);
    expect(await each(closed, (one) => send(plain, one, one.body ? { body: {} } : {}))).toEqual(expected);
  });

  it('answers unknown and foreign ids alike, by 404', async () => {
    const elsewhere = await makeAdministrator(server);
    const membership = await server.services.models.Membership.findOne({ userId: elsewhere.user._id }).lean();
    const unknown: Record<string, string[]> = {
      org: ['nobody', elsewhere.slug.slice(1)],
      member: [membership?._id as string, elsewhere.user._id],
      user: ['usr_01JX0000000000000000000000'],
      role: ['nothing'],
      group: ['nothing'],
    };
    const odd: Record<string, string[]> = {
      org: ['Not A Slug', '../x', '\u0000'],
      member: [elsewhere.user.email, 'x', '$ne'],
      user: ['x', '$ne', '\u0000'],
      role: ['$ne', 'Not A Key'],
      group: ['$ne', '\u0000'],
    };
    const seen = new Set<string>();
    const tries = ENDPOINTS.flatMap((endpoint) =>
      names(endpoint).flatMap((name) => {
        // What a reference can look like is read in one place for all endpoints.
        const more = seen.has(name) ? [] : (odd[name] ?? []);
        seen.add(name);
        return [...(unknown[name] ?? ['nothing']), ...more].map((value) => ({ endpoint, name, value }));
      }),
    );
    const answers = tries.map(async ({ endpoint, name, value }) => {
      const body = exampleOf(endpoint);
      const sent = body === undefined ? {} : { body };
      const { status, json } = await send(machine, endpoint, sent, pathOf(endpoint, { [name]: value }));
      return [endpoint.operationId, name, value, status, json.error];
    });
    const expected = tries.map(({ endpoint, name, value }) => [endpoint.operationId, name, value, 404, 'not_found']);
    expect(await Promise.all(answers)).toEqual(expected);
  });

  it('refuses what it doesn’t know in the query, with where it is', async () => {
    for (const endpoint of ENDPOINTS) {
      const body = exampleOf(endpoint);
      const answer = await send(
        machine,
        endpoint,
        body === undefined ? {} : { body },
        `${pathOf(endpoint)}?colour=red&__proto__=x`,
      );
      expect([endpoint.operationId, answer.status, answer.json.error]).toEqual([endpoint.operationId, 422, 'invalid']);
      expect(answer.json.details).toContainEqual({ path: 'colour', message: 'is not known here' });
    }
  });

  it('takes no other method: 405 with those that it does take', async () => {
    for (const path of new Set(ENDPOINTS.map((one) => pathOf(one)))) {
      const answer = await machine.call('PROPFIND', path);
      expect([path, answer.status, answer.json.error]).toEqual([path, 405, 'method_not_allowed']);
      const methods = ENDPOINTS.filter((one) => pathOf(one) === path).map((one) => one.method.toUpperCase());
      expect(
        answer.headers
          .get('allow')
          ?.split(', ')
          .filter((one) => one !== 'HEAD')
          .sort(),
      ).toEqual(methods.sort());
    }
  });
});

/** The example that the schema gives. */
function exampleOf({ body }: Endpoint): unknown {
  return body ? ((body.meta()?.examples as unknown[] | undefined)?.[0] ?? {}) : undefined;
}

describe('a body', () => {
  it('that isn’t JSON is 400, of another type 415, too large 413', async () => {
    const sent = (one: Endpoint, body: string, type = 'application/json') =>
      send(machine, one, { body, headers: { 'content-type': type } });
    for (const body of ['{', '', 'nothing', '{"a":1,}', '{"a":"\u0000']) {
      expect(await each(withBody, (one) => sent(one, body))).toEqual(all(withBody, 400, 'bad_request'));
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'multipart/form-data',
    ]) {
      expect(await each(withBody, (one) => sent(one, '{}', type))).toEqual(
        all(withBody, 415, 'unsupported_media_type'),
      );
    }
    const large = (one: Endpoint) => JSON.stringify({ name: 'x'.repeat(one.bodyLimit ?? 64 * 1024) });
    expect(await each(withBody, (one) => sent(one, large(one)))).toEqual(all(withBody, 413, 'too_large'));
    const compressed = await send(machine, withBody[0] as Endpoint, {
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
    });
    expect(compressed.status).toBe(415);
  });

  it('of another shape is 422 with the path of what is wrong, whatever it is', async () => {
    const wrong = [
      [],
      null,
      5,
      'text',
      true,
      { nonsense: 1 },
      JSON.parse('{"__proto__":{"admin":true}}'),
      { $where: '1' },
      { 'a.b': 1 },
    ];
    for (const body of wrong) {
      const answers = await each(withBody, (one) => send(machine, one, { body: JSON.stringify(body) }));
      expect(answers).toEqual(all(withBody, 422, 'invalid'));
    }
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expect(await each(withBody, (one) => send(machine, one, { body: deep }))).toEqual(all(withBody, 422, 'invalid'));
    const { json } = await machine.patch(`/organizations/${admin.slug}`, {
      name: 5,
      colour: 'red',
      metadata: { a: 1 },
    });
    expect(json.details.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'metadata.a', 'name']);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('with text that isn’t Unicode, or holds the character 0, is 422 with its path, in keys too', async () => {
    for (const odd of ['\\ud800', '\\udfff', '\\u0000', '\\udc00\\ud800', 'a\\uD83Db']) {
      const body = `{"x":[{"y":"${odd}"}]}`;
      const answers = await each(withBody, (one) => send(machine, one, { body }));
      expect(answers, odd).toEqual(all(withBody, 422, 'invalid'));
    }
    const path = `/organizations/${admin.slug}`;
    const { json } = await machine.patch(
      path,
      '{"name":"a\\ud800","metadata":{"fine":"\\ud83d\\ude00","odd":"\\u0000","o\\ud800":"x"},"list":["",["\\udc00"]]}',
    );
    const message = 'expected Unicode text without the character 0';
    expect(json.details).toEqual(
      ['name', 'metadata.o\ufffd', 'metadata.odd', 'list[1][0]'].map((each) => ({ path: each, message })),
    );
    const fine = await machine.patch(path, '{"metadata":{"fine":"\\ud83d\\ude00","escaped":"\\\\ud800 \\\\u0000"}}');
    expect(fine.json.metadata).toEqual({ fine: '😀', escaped: '\\ud800 \\u0000' });
    // However deep, and however many.
    const deep = `${'['.repeat(30_000)}"\\ud800"${']'.repeat(30_000)}`;
    expect((await machine.patch(path, deep)).json.details[0].path).toMatch(/^(\[0\]){30000}$/);
    const many = JSON.stringify(Array.from({ length: 5000 }, () => '\0'));
    expect((await machine.patch(path, many)).json.details).toHaveLength(100);
  });

  it('isn’t looked at where none is taken', async () => {
    const reads = withoutBody.filter((one) => one.method === 'get');
    for (const endpoint of reads) expect((await send(machine, endpoint)).status).toBe(200);
  });
});

describe('an answer', () => {
  it('is JSON also for a browser, bears a request id and stays nowhere', async () => {
    const { status, json, headers } = await machine.get('/organizations/nobody', { accept: 'text/html' });
    expect(status).toBe(404);
    expect(json).toEqual({
      error: 'not_found',
      message: 'There is nothing here.',
      details: [],
      requestId: headers.get('x-request-id'),
    });
    const found = await machine.get(`/organizations/${admin.slug}`);
    expect(found.headers.get('cache-control')).toBe('no-store');
    for (const path of [
      '/api',
      '/api/',
      '/api/v1',
      '/api/v1/',
      '/api/v1/nothing',
      '/api/v2/organizations',
      '/api/v1/organizations/%zz',
    ]) {
      const answer = await fetch(server.issuer + path, { headers: { accept: 'text/html' } });
      expect([path, answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
        path,
        404,
        'not_found',
      ]);
    }
  });

  it('to HEAD is that to GET without its body', async () => {
    const raw = await fetch(`${server.issuer}/api/v1/organizations/${admin.slug}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${machine.token}` },
    });
    expect([raw.status, await raw.text()]).toEqual([200, '']);
  });
});

describe('a list', () => {
  it('always takes a limit and a cursor', () => {
    const lists = ENDPOINTS.filter(
      ({ answer }) => answer.schema instanceof z.ZodObject && 'nextCursor' in answer.schema.shape,
    );
    expect(lists.length).toBeGreaterThan(10);
    expect(lists.filter(({ list }) => !list).map(({ operationId }) => operationId)).toEqual([]);
  });

  it('comes in pages that together hold each row once', async () => {
    const slugs = Array.from({ length: 5 }, freshSlug);
    for (const slug of slugs) expect((await machine.post('/organizations', { slug, name: 'L' })).status).toBe(201);
    const rows = (await machine.all('/organizations', 2)) as { id: string; slug: string }[];
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(rows.map((row) => row.slug).filter((slug) => slugs.includes(slug))).toEqual(slugs);
  });

  it('takes a cursor of its own query alone, and a limit from 1 to 100', async () => {
    const first = await machine.get('/organizations?limit=1');
    const cursor = first.json.nextCursor as string;
    expect((await machine.get(`/organizations?limit=2&cursor=${cursor}`)).status).toBe(200);
    const other = await machine.get(`/organizations/${admin.slug}/members?cursor=${cursor}`);
    expect([other.status, other.json.details]).toEqual([422, [{ path: 'cursor', message: 'is of another query' }]]);
    for (const made of [
      'x',
      `${cursor}x`,
      `x${cursor}`,
      '.',
      `${Buffer.from('org_').toString('base64url')}.${cursor.split('.')[1]}`,
    ]) {
      expect((await machine.get(`/organizations?cursor=${encodeURIComponent(made)}`)).status).toBe(422);
    }
    for (const limit of ['0', '101', '-1', 'x', '1e1', '', '1&limit=2']) {
      const { status, json } = await machine.get(`/organizations?limit=${limit}`);
      expect([limit, status, json.details?.[0].path]).toEqual([limit, 422, 'limit']);
    }
  });
});
