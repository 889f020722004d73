/** The page that shows the API, as data: what its document says, in the order in which a person reads it. */
import type { Json, OpenApi, Operation } from './document.js';

export type DocsPage = ReturnType<typeof docsOf>;

interface FieldView {
  name: string;
  /** Where a parameter stands. */
  in?: string;
  type: TypeView;
  required: boolean;
  description: string;
}

/** A type in words, and the schema that it refers to. */
interface TypeView {
  text: string;
  schema: string | null;
}

export function docsOf(document: OpenApi) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => viewOf(document, method, path, operation)),
  );
  const { schemas = {}, responses = {} } = document.components;
  return {
    title: document.info.title,
    version: document.info.version,
    introduction: document.info.description.split('\n\n'),
    server: document.servers[0]?.url ?? '',
    nouns: document.tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter(({ tag }) => tag === name),
    })),
    schemas: Object.entries(schemas as Record<string, Json>).map(([name, schema]) => ({
      name,
      description: textOf(schema.description),
      fields: fieldsOf(schema),
      example: exampleOf(schema),
    })),
    errors: Object.entries(responses as Record<string, Json>).map(([status, { description }]) => ({
      status,
      description: textOf(description),
    })),
  };
}

function viewOf(document: OpenApi, method: string, path: string, operation: Operation) {
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const refusals = Object.entries(operation.responses).filter(([status]) => !status.startsWith('2'));
  return {
    tag: operation.tags[0] ?? '',
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description ?? '',
    permissions: operation.security.flatMap((one) => Object.values(one).flat()),
    inputs: (operation.parameters ?? []).map((parameter) => inputOf(resolve(document, parameter))),
    body: operation.requestBody ? contentType(operation.requestBody) : null,
    answers: answers.map(([status, response]) => ({
      status,
      description: textOf(response.description),
      type: contentType(response),
    })),
    refusals: refusals.map(([status, response]) => ({
      status,
      description: textOf(response.description ?? resolve(document, response).description),
    })),
  };
}

/** What a reference within the document refers to; everything else is itself. */
function resolve(document: OpenApi, value: Json): Json {
  if (typeof value.$ref !== 'string') return value;
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(value.$ref) ?? [];
  return (document.components[kind]?.[name] ?? {}) as Json;
}

const inputOf = ({ name, in: where, required, description, schema }: Json): FieldView => ({
  name: textOf(name),
  in: textOf(where),
  type: typeOf(schema as Json),
  required: required === true,
  description: textOf(description),
});

function contentType({ content }: Json): TypeView | null {
  const [first] = Object.entries((content ?? {}) as Record<string, Json>);
  if (!first) return null;
  const [type, { schema }] = first;
  return type === 'application/json' ? typeOf(schema as Json) : { text: type, schema: null };
}

function fieldsOf({ properties = {}, required = [] }: Json): FieldView[] {
  return Object.entries(properties as Record<string, Json>).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    required: (required as string[]).includes(name),
    description: textOf(schema.description),
  }));
}

function exampleOf({ examples }: Json): string | null {
  const [first] = (examples as unknown[] | undefined) ?? [];
  return first === undefined ? null : JSON.stringify(first, null, 2);
}

/** A schema in a few words. */
function typeOf(schema: Json | undefined): TypeView {
  if (!schema) return { text: 'anything', schema: null };
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return { text: name, schema: name };
  }
  if (schema.const !== undefined) return { text: JSON.stringify(schema.const), schema: null };
  if (Array.isArray(schema.enum))
    return { text: schema.enum.map((one) => JSON.stringify(one)).join(' | '), schema: null };
  const several = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (several) {
    const types = several.map(typeOf);
    return { text: types.map(({ text }) => text).join(' | '), schema: types.find((one) => one.schema)?.schema ?? null };
  }
  if (schema.type === 'array') {
    const items = typeOf(schema.items as Json);
    return { text: items.text.includes(' ') ? `(${items.text})[]` : `${items.text}[]`, schema: items.schema };
  }
  if (schema.type === 'object' && !schema.properties) return { text: 'object of strings', schema: null };
  const type = [schema.type ?? 'anything'].flat().join(' | ');
  return { text: schema.format ? `${type} (${schema.format})` : type, schema: null };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
