/** The OpenAPI 3.1 document, made of the endpoints: what validates a call describes it. */
import { z } from 'zod';
import { MANAGEMENT_PERMISSIONS } from '../access/management.js';
import { HEADERS, PARAMETERS, pathParameter, RESPONSES } from './document-parts.js';
import type { Endpoint, Noun } from './endpoint.js';
import { querySchema } from './input.js';
import { error } from './schemas.js';

export type Json = Record<string, unknown>;

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string; license: Json };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Json>;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: Json[];
  requestBody?: Json;
  responses: Record<string, Json>;
}

interface About {
  issuer: string;
  version: string;
}

export function describeApi(nouns: readonly Noun[], { issuer, version }: About): OpenApi {
  const schemas = new Map<string, Json>();
  const paths: OpenApi['paths'] = {};
  for (const noun of nouns) {
    for (const endpoint of noun.endpoints) {
      const path = paths[endpoint.path] ?? {};
      paths[endpoint.path] = { ...path, [endpoint.method]: operation(noun, endpoint, schemas) };
    }
  }
  schemaOf(error, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall management API',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/api/v1` }],
    tags: nouns.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: RESPONSES,
      securitySchemes: { oauth2: securityScheme(issuer) },
    },
  };
}

const INTRODUCTION = `Everything about organizations, their people and roles, from code.

A call bears an access token for this API: of a machine application by client credentials, or of a person's login, with \`resource\` set to
the address of the API. It is decided on today's roles, whatever the token says.

Lists take \`limit\` and \`cursor\`. What people edit has an \`ETag\`, and changes take \`If-Match\`. A POST takes an \`Idempotency-Key\`.`;

function securityScheme(issuer: string): Json {
  const scopes = MANAGEMENT_PERMISSIONS;
  const tokenUrl = `${issuer}/oauth2/token`;
  return {
    type: 'oauth2',
    description: `An access token with \`resource=${issuer}/api\`.`,
    flows: {
      clientCredentials: { tokenUrl, scopes },
      authorizationCode: { authorizationUrl: `${issuer}/oauth2/authorize`, tokenUrl, scopes },
    },
  };
}

function operation(noun: Noun, endpoint: Endpoint, schemas: Map<string, Json>): Operation {
  const { operationId, summary, description, permissions, body, answer } = endpoint;
  const parameters = parametersOf(endpoint, schemas);
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [noun.name],
    security: permissions.map((key) => ({ oauth2: [key] })),
    ...(parameters.length ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } },
          },
        }
      : {}),
    responses: { [answer.status]: answered(endpoint, schemas), ...refusals(endpoint) },
  };
}

function parametersOf(endpoint: Endpoint, schemas: Map<string, Json>): Json[] {
  const named = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name as string));
  const { limit: _limit, cursor: _cursor, ...own } = querySchema(endpoint).shape as Record<string, z.ZodType>;
  const query = Object.entries(own).map(([name, schema]) => {
    const { description, ...described } = schemaOf(schema, 'input', schemas);
    return {
      name,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      ...(description ? { description } : {}),
      schema: described,
    };
  });
  const shared = [
    ...(endpoint.list ? ['limit', 'cursor'] : []),
    ...(endpoint.method === 'post' ? ['idempotencyKey'] : []),
    ...(endpoint.conditional ? ['ifMatch'] : []),
  ];
  return [...named, ...query, ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` }))];
}

function answered({ answer, conditional, method }: Endpoint, schemas: Map<string, Json>): Json {
  const tagged = answer.status !== 204 && (conditional || method === 'get') && answer.schema ? ['ETag'] : [];
  const located = answer.status === 201 ? ['Location'] : [];
  const headers = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', ...tagged, ...located];
  const types = answer.types ?? (answer.schema ? ['application/json'] : []);
  const schema = answer.schema ? schemaOf(answer.schema, 'output', schemas) : { type: 'string' };
  return {
    description: answer.description,
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(types.length ? { content: Object.fromEntries(types.map((type) => [type, { schema }])) } : {}),
  };
}

/** Every refusal that a call can meet. */
function refusals({ path, body, method, conflicts = [], conditional }: Endpoint): Record<string, Json> {
  const statuses = [
    ...(body ? [400, 413, 415] : []),
    401,
    403,
    ...(path.includes('{') ? [404] : []),
    ...(conflicts.length || method === 'post' ? [409] : []),
    ...(conditional ? [412] : []),
    422,
    429,
    503,
  ];
  const codes = [...conflicts, ...(method === 'post' ? ['in_progress', 'outcome_unknown'] : [])];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        $ref: `#/components/responses/${status}`,
        ...(status === 409 ? { description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}.` } : {}),
      },
    ]),
  );
}

/** A schema for the document. What bears an id becomes a component, and is referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const made = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => withoutTimePattern(jsonSchema as Json) });
  const { $schema: _schema, $defs = {}, ...rest } = made as Json;
  for (const [id, definition] of Object.entries($defs as Record<string, Json>)) {
    const { id: _id, ...component } = definition;
    components.set(id, refer(component) as Json);
  }
  if (typeof rest.id !== 'string') return refer(rest) as Json;
  const { id, ...component } = rest;
  components.set(id as string, refer(component) as Json);
  return { $ref: `#/components/schemas/${id}` };
}

/** `format` says it. */
function withoutTimePattern(schema: Json): void {
  if (schema.format === 'date-time') delete schema.pattern;
}

const refer = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' ? String(inner).replace('#/$defs/', '#/components/schemas/') : refer(inner),
    ]),
  );
};
