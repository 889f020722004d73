/**
 * An endpoint of the management API is data: what it is called, what it needs and takes, what it answers, and the handler, which reads its
 * input and calls one service. Routing, authorization, validation and the OpenAPI document are made of it.
 */
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Actor } from '../access/can.js';
import type { ManagementPermission } from '../access/statements.js';
import type { Organization } from '../models/index.js';
import type { ServiceContext } from '../services/context.js';
import type { Page, PageRequest } from '../services/list-pages.js';
import { type Total, totalText } from '../services/lists/total.js';
import { underAny } from './preconditions.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One call, after it was authenticated, authorized and validated. */
export interface Call<Query = unknown, Body = unknown> {
  services: ServiceContext;
  actor: Actor;
  issuer: string;
  /** The path's parts by their names, decoded. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  /** Of a list: which page. */
  page: PageRequest;
  /** The revision that is asked for; undefined: any. To be made a condition of the write itself. */
  revision: number | undefined;
  /** All that `If-Match` names: the handler is called with one of them after the other. */
  revisions: readonly number[] | undefined;
}

/** In the path's organization, which exists and which the caller reaches. */
export interface OrganizationCall<Query = unknown, Body = unknown> extends Call<Query, Body> {
  organization: Organization;
}

/** What a handler gives back. */
export interface Answer {
  body?: unknown;
  /** Of one object that people edit: becomes its ETag. */
  revision?: number | undefined;
  /** The path of what was made, below the API's version. */
  location?: string;
  /** Instead of a body. */
  stream?: { type: string; content: Readable };
}

interface Definition<Query extends z.ZodType, Body extends z.ZodType> {
  method: Method;
  /** Below `/api/v1`: `/organizations/{org}/members/{member}`. */
  path: string;
  /** Unique, and never changed: client libraries are made of it. */
  operationId: string;
  summary: string;
  description?: string;
  /** Any of these is enough. */
  permissions: readonly [ManagementPermission, ...ManagementPermission[]];
  /** A page of a list: takes `limit` and `cursor` too. */
  list?: boolean;
  query?: Query;
  body?: Body;
  /** The largest body, in bytes; 64 KiB unless said otherwise. */
  bodyLimit?: number;
  /** Takes `If-Match`. */
  conditional?: boolean;
  answer: {
    status: 200 | 201 | 202 | 204;
    description: string;
    schema?: z.ZodType;
    /** Instead of JSON. */
    types?: readonly string[];
  };
  /** The codes with which it may answer 409. */
  conflicts?: readonly string[];
}

/** As the machinery takes it: whatever its input is. */
export interface Endpoint extends Definition<z.ZodType, z.ZodType> {
  handle(call: OrganizationCall): Promise<Answer>;
}

/** One noun: a line in `nouns.ts`. */
export interface Noun {
  name: string;
  description: string;
  endpoints: readonly Endpoint[];
}

/** An endpoint below `/organizations/{org}`. */
export const inOrganization = <Query extends z.ZodType = z.ZodUnknown, Body extends z.ZodType = z.ZodUnknown>(
  definition: Definition<Query, Body> & {
    handle(call: OrganizationCall<z.output<Query>, z.output<Body>>): Promise<Answer>;
  },
): Endpoint => conditional(definition as unknown as Endpoint);

/** An endpoint of the whole instance. */
export const onInstance = <Query extends z.ZodType = z.ZodUnknown, Body extends z.ZodType = z.ZodUnknown>(
  definition: Definition<Query, Body> & { handle(call: Call<z.output<Query>, z.output<Body>>): Promise<Answer> },
): Endpoint => conditional(definition as unknown as Endpoint);

/** An `If-Match` may name several revisions, and a handler is for one. */
const conditional = (endpoint: Endpoint): Endpoint =>
  endpoint.conditional
    ? {
        ...endpoint,
        handle: (call) => underAny(call.revisions, (revision) => endpoint.handle({ ...call, revision })),
      }
    : endpoint;

/** A page of a list as it is answered; the cursor is signed where it leaves. */
export const pageAnswer = <T>(
  { data, nextCursor, total }: Page<T> & { total?: Total },
  present: (one: T) => unknown,
): Answer => ({
  body: { data: data.map((one) => present(one)), nextCursor, ...(total ? { total: totalText(total) } : {}) },
});
