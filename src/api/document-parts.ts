/** What the OpenAPI document says once and refers to. */
type Json = Record<string, unknown>;

const header = (description: string, schema: Json): Json => ({ description, schema });
const count = { type: 'integer', minimum: 0 };

export const HEADERS: Record<string, Json> = {
  ETag: header('Which revision this is. A change takes it as `If-Match`.', { type: 'string' }),
  Location: header('Where what was made is found.', { type: 'string' }),
  'RateLimit-Limit': header('How many calls a minute has room for.', count),
  'RateLimit-Remaining': header('How many are left.', count),
  'RateLimit-Reset': header('Seconds until there are all again.', count),
  'Retry-After': header('Seconds until it is worth another try.', count),
};

/** The path's parts. */
const PATH: Record<string, string> = {
  org: 'An organization, by id or slug.',
  member: 'A member, by the id of the membership or of the user, or by e-mail address.',
  user: 'A user, by id or e-mail address.',
  role: 'A role, by key or id.',
  group: 'A group, by id or name.',
};

export const pathParameter = (name: string): Json => ({
  name,
  in: 'path',
  required: true,
  description: PATH[name] ?? `The id of the ${name}.`,
  schema: { type: 'string', minLength: 1 },
});

export const PARAMETERS: Record<string, Json> = {
  limit: {
    name: 'limit',
    in: 'query',
    description: 'How many a page holds at most.',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
  },
  cursor: {
    name: 'cursor',
    in: 'query',
    description: 'The `nextCursor` of the page before, of the same query.',
    schema: { type: 'string' },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'The call is done once under this key; within a day its repetition gets the same answer.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` of what is changed, several of them, or `*`: where it was changed since, nothing happens and the answer is 412.',
    schema: { type: 'string' },
  },
};

const ERROR = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
const refusal = (description: string, headers: readonly string[] = []): Json => ({
  description,
  ...(headers.length
    ? { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }
    : {}),
  content: ERROR,
});

export const RESPONSES: Record<string, Json> = {
  400: refusal('The body is not JSON.'),
  401: refusal(
    'No access token for this API, or one that is not valid any more. `WWW-Authenticate` says what is wanted.',
  ),
  403: refusal('The token does not carry the permission, or who calls may not do this.'),
  404: refusal('Nothing is found by this reference, in this organization, for this caller.'),
  409: refusal('A rule refuses it, or it is there already.'),
  412: refusal('It was changed since it was read.'),
  413: refusal('The body is too large.'),
  415: refusal('The body is not `application/json` in UTF-8.'),
  422: refusal('The input is not as it should be. Each of `details` has a `path` and a `message`.'),
  429: refusal('Too many calls.', ['Retry-After']),
  503: refusal('The server is busy, or its database is away.', ['Retry-After']),
};
