import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import type { Endpoint } from '../../src/api/endpoint.js';
import { NOUNS } from '../../src/api/nouns.js';
import { createRoutes } from '../../src/api/routes.js';
import { error } from '../../src/api/schemas.js';
import type { Application } from '../../src/models/index.js';
import { makeApplication } from './factories.js';
import { type Member, post, signIn } from './login.js';
import type { TestServer } from './server.js';

type Somewhere = Pick<TestServer, 'issuer' | 'services'>;

export const ENDPOINTS: readonly Endpoint[] = NOUNS.flatMap((noun) => noun.endpoints);
const match = createRoutes(ENDPOINTS);

/** What the API answered. `json` is undefined without a body. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  json: any;
  text: string;
}

export interface Sent {
  /** An object is sent as JSON, a text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls the API as its bearer; each answer is held to what the document says of it. */
export class ApiClient {
  constructor(
    readonly issuer: string,
    readonly token: string | undefined,
  ) {}

  async call(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.issuer}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/json(;|$)/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
    checkAnswer(method, path, answer);
    return answer;
  }

  get = (path: string, headers?: Record<string, string>) => this.call('GET', path, headers ? { headers } : {});
  post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    this.call('POST', path, { body, headers });
  put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    this.call('PUT', path, { body, headers });
  patch = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    this.call('PATCH', path, { body, headers });
  delete = (path: string, headers: Record<string, string> = {}) => this.call('DELETE', path, { headers });

  /** Every row of a list, page by page. */
  async all(path: string, limit = 100): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `${path.includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`;
      const { status, json, text } = await this.get(path + query);
      if (status !== 200) throw new Error(`${status} ${text}`);
      rows.push(...json.data);
      cursor = json.nextCursor;
    }
    return rows;
  }
}

/** An answer is documented, and as its schema says; an error is one of ours, and shows nothing of the inside. */
function checkAnswer(method: string, path: string, { status, json, text }: ApiAnswer): void {
  const found = match(method, path.split('?')[0] as string);
  if (status >= 500) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  if (status === 304) return;
  if (status >= 400) return check(error, json, `${method} ${path} ${status}`);
  if (found?.kind !== 'endpoint') throw new Error(`${method} ${path} answered ${status} and isn't documented`);
  const { answer } = found.endpoint;
  if (status !== answer.status) throw new Error(`${method} ${path} answered ${status}, not ${answer.status}: ${text}`);
  if (answer.schema) check(answer.schema, answer.types ? text : json, `${method} ${path} ${status}`);
}

function check(schema: z.ZodType, value: unknown, where: string): void {
  const read = schema.safeParse(value);
  if (!read.success)
    throw new Error(`${where} isn't as documented: ${JSON.stringify(read.error.issues)}\n${JSON.stringify(value)}`);
}

type Permissions = readonly string[];

/** A machine application that may carry these at the management API, and its client with a token for them. */
export async function machineClient(
  server: Somewhere,
  permissions: Permissions = ['*'],
): Promise<ApiClient & { application: Application }> {
  const application = await makeApplication(server.services, {
    type: 'machine',
    redirectUris: [],
    grantTypes: ['client_credentials'],
    organization: 'none',
    permissions: [{ api: 'management', permissions: [...permissions] }],
  });
  const token = await machineToken(server, application._id);
  return Object.assign(new ApiClient(server.issuer, token), { application });
}

export async function machineToken(server: Somewhere, clientId: string, scope?: string): Promise<string> {
  const body = { grant_type: 'client_credentials', resource: `${server.issuer}/api`, ...(scope ? { scope } : {}) };
  const { status, text, json } = await post(server, '/oauth2/token', body, { clientId });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return json.access_token;
}

/** An application through which people may reach the management API. */
export const managementApplication = (server: Somewhere, values: Partial<Application> = {}) =>
  makeApplication(server.services, { permissions: [{ api: 'management', permissions: ['*'] }], ...values });

/** Somebody's client: they sign in through an application that asks for the API. */
export async function personClient(
  server: Somewhere,
  member: Pick<Member, 'user'>,
  { application, parameters = {} }: { application?: Application; parameters?: Record<string, string> } = {},
) {
  const through = application ?? (await managementApplication(server));
  const signedIn = await signIn(server, through._id, member, {
    scope: 'openid',
    resource: `${server.issuer}/api`,
    ...parameters,
  });
  const tokens = await signedIn.flow.tokens();
  return Object.assign(new ApiClient(server.issuer, tokens.access_token), {
    ...signedIn,
    tokens,
    application: through,
  });
}

/** A slug that nobody has. */
export const freshSlug = () => `o-${randomUUID().slice(0, 13)}`;

/** What another process of the same issuer answers, whose port isn't the issuer's. */
export function callAt(
  { server, issuer }: Pick<TestServer, 'server' | 'issuer'>,
  {
    method = 'GET',
    path,
    token,
    headers = {},
    body,
  }: { method?: string; path: string; token?: string | undefined } & Sent,
): Promise<{ status: number; text: string }> {
  const { port } = server.address() as AddressInfo;
  const sent = {
    host: new URL(issuer).host,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, method, path: `/api/v1${path}`, headers: sent },
      async (response) => {
        let text = '';
        for await (const part of response) text += part;
        resolve({ status: response.statusCode ?? 0, text });
      },
    );
    asked.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
