import type { Context } from 'koa';
import { z } from 'zod';
import type { Organization } from '../models/index.js';
import type { PageRequest } from '../services/list-pages.js';
import type { Cursors } from './cursors.js';
import type { Endpoint } from './endpoint.js';
import { wantedRevisions } from './preconditions.js';
import { BODY_LIMIT, readJson } from './read-body.js';
import { validate } from './validate.js';

/** What a call brought, validated. */
export interface Input {
  query: unknown;
  body: unknown;
  page: PageRequest;
  /** What `If-Match` names. */
  revisions: readonly number[] | undefined;
  /** The body as it came, empty where there is none. */
  text: string;
  /** Turns where the page of a list ended into the cursor that leaves. */
  seal(body: unknown): unknown;
}

/** How many a page holds unless said otherwise. */
const USUAL = 50;

/** What every list takes. */
export const paging = {
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'expected a number from 1 to 100')
    .optional(),
  cursor: z.string().max(2000).optional(),
};

/** The query of an endpoint, `limit` and `cursor` of a list included. Nothing else is taken. */
export const querySchema = ({ query, list }: Pick<Endpoint, 'query' | 'list'>): z.ZodObject => {
  const own = (query as z.ZodObject | undefined) ?? z.strictObject({});
  return list ? own.safeExtend(paging) : own;
};

export function createReadInput(cursors: Cursors) {
  const schemas = new Map<Endpoint, z.ZodObject>();
  return async function readInput(
    ctx: Context,
    endpoint: Endpoint,
    params: Record<string, string>,
    organization: Organization | undefined,
  ): Promise<Input> {
    const schema = schemas.get(endpoint) ?? querySchema(endpoint);
    schemas.set(endpoint, schema);
    const { limit, cursor, ...query } = validate(schema, { ...ctx.query }, 'query') as {
      limit?: string;
      cursor?: string;
    };
    const asked = [endpoint.operationId, JSON.stringify({ ...params, org: organization?._id }), JSON.stringify(query)];
    const page = {
      limit: Number(limit ?? USUAL),
      after: cursor === undefined ? undefined : cursors.open(asked, cursor),
    };
    const revisions = endpoint.conditional ? wantedRevisions(ctx) : undefined;
    const { text, value } = endpoint.body ? await readJson(ctx, endpoint.bodyLimit ?? BODY_LIMIT) : NOTHING;
    return {
      query,
      body: endpoint.body ? validate(endpoint.body, value, 'body') : undefined,
      page,
      revisions,
      text,
      seal(body) {
        const { data, nextCursor, ...rest } = body as { data: unknown; nextCursor: string | null };
        return { data, ...rest, nextCursor: nextCursor === null ? null : cursors.seal(asked, nextCursor) };
      },
    };
  };
}

const NOTHING = { text: '', value: undefined };
