import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANAGEMENT_PERMISSIONS } from '../../src/access/management.js';
import type { OpenApi, Operation } from '../../src/api/document.js';
import { ENDPOINTS } from '../support/api.js';
import { newBrowser } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let document: OpenApi;

beforeAll(async () => {
  server = await startServer();
  const response = await fetch(`${server.issuer}/api/openapi.json`);
  expect(response.status).toBe(200);
  document = (await response.json()) as OpenApi;
});
afterAll(() => server?.close());

const operations = (): [string, string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [inner as string] : references(inner)));
}

describe('the OpenAPI document', () => {
  it('describes every endpoint, each under an id of its own', () => {
    const described = operations().map(([method, path, { operationId }]) => `${method} ${path} ${operationId}`);
    expect(described.sort()).toEqual(ENDPOINTS.map((one) => `${one.method} ${one.path} ${one.operationId}`).sort());
    expect(new Set(ENDPOINTS.map((one) => one.operationId)).size).toBe(ENDPOINTS.length);
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.servers).toEqual([{ url: `${server.issuer}/api/v1` }]);
  });

  it('names for each operation the permission keys that it needs, and the error of each refusal', () => {
    for (const [method, path, operation] of operations()) {
      const keys = operation.security.flatMap(({ oauth2 }) => oauth2 ?? []);
      expect([method, path, keys.length > 0 && keys.every((key) => key in MANAGEMENT_PERMISSIONS)]).toEqual([
        method,
        path,
        true,
      ]);
      for (const status of ['401', '403', '422', '429'])
        expect(operation.responses, `${method} ${path}`).toHaveProperty(status);
      for (const [status, response] of Object.entries(operation.responses)) {
        if (status.startsWith('4'))
          expect(response.$ref, `${method} ${path} ${status}`).toBe(`#/components/responses/${status}`);
      }
    }
    for (const response of Object.values(document.components.responses as Record<string, { content: unknown }>)) {
      expect(response.content).toEqual({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } });
    }
  });

  it('refers to what is there, and to nothing else', () => {
    for (const reference of new Set(references(document))) {
      const found = reference
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document);
      expect(found, reference).toBeDefined();
    }
    expect(JSON.stringify(document)).not.toMatch(/\$defs|"\$schema"/);
  });

  it('is shown by a page that needs no script, no other host and no token', async () => {
    const browser = await newBrowser(server).open('/api/docs');
    expect(browser.status).toBe(200);
    for (const { summary, path, operationId } of ENDPOINTS) {
      expect(browser.has(summary)).toBe(true);
      expect(browser.has(path)).toBe(true);
      expect(browser.html).toContain(`id="${operationId}"`);
    }
    for (const schema of Object.keys(document.components.schemas as object))
      expect(browser.html).toContain(`id="schema-${schema}"`);
    expect(browser.html).not.toMatch(/<script|style="|\son\w+=/);
    for (const [, address] of browser.html.matchAll(/(?:href|src)="([^"]+)"/g)) expect(address).toMatch(/^(\/|#)/);
    const anchors = [...browser.html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id as string);
    for (const id of anchors) expect(browser.html, id).toContain(`id="${id}"`);
  });

  it('and its page are read alone', async () => {
    for (const path of ['/api/openapi.json', '/api/docs']) {
      const response = await fetch(server.issuer + path, { method: 'POST' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});
