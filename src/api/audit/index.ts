import { z } from 'zod';
import { EXPORT_TYPES, type ExportFormat, exportEvents } from '../../services/audit/export-events.js';
import { exportStream } from '../../services/audit/export-stream.js';
import { listEvents } from '../../services/audit/list-events.js';
import { presentEvent } from '../../services/audit/present-event.js';
import type { EventQuery } from '../../services/audit/select-events.js';
import { type Answer, type Call, inOrganization, type Noun, onInstance, pageAnswer } from '../endpoint.js';
import { text } from '../schemas.js';
import { auditEventList, filters, format, period } from './schema.js';

type Period = { from?: string | undefined; until?: string | undefined };

const queryOf = <Q extends Period>({ from, until, ...exact }: Q) => ({
  ...exact,
  ...(from === undefined ? {} : { from: new Date(from) }),
  ...(until === undefined ? {} : { until: new Date(until) }),
});

const list = async ({ services, actor, page }: Call, query: EventQuery): Promise<Answer> =>
  pageAnswer(await listEvents(services, actor, query, page), presentEvent);

function exported({ services, actor }: Call, query: EventQuery, wanted: ExportFormat = 'csv'): Answer {
  const content = exportStream(actor, exportEvents(services, actor, query, wanted));
  return { stream: { type: `${EXPORT_TYPES[wanted]}; charset=utf-8`, content } };
}

const file = {
  status: 200,
  description:
    'The events, the oldest first, as they are read: two exports of a caller at once, and none that isn’t read for a minute. JSON Lines hold ' +
    'an AuditEvent each.',
  schema: text,
  types: Object.values(EXPORT_TYPES),
} as const;

export const audit: Noun = {
  name: 'audit',
  description: 'What happened: who did what to whom, when and from where.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/audit',
      operationId: 'listAuditEvents',
      summary: 'List what happened in an organization',
      description: 'The newest first. What a call has changed is there when it is answered.',
      permissions: ['audit:read', 'instance:audit'],
      list: true,
      query: z.strictObject(filters),
      answer: { status: 200, description: 'A page of events.', schema: auditEventList },
      handle: (call) => list(call, { ...queryOf(call.query), organizationId: call.organization._id }),
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/audit/export',
      operationId: 'exportAuditEvents',
      summary: 'Export what happened in an organization',
      permissions: ['audit:read', 'instance:audit'],
      query: z.strictObject({ ...filters, format }),
      answer: file,
      async handle(call) {
        const { format: wanted, ...query } = call.query;
        return exported(call, { ...queryOf(query), organizationId: call.organization._id }, wanted);
      },
    }),
    onInstance({
      method: 'get',
      path: '/audit',
      operationId: 'listAllAuditEvents',
      summary: 'List what happened everywhere',
      description: 'The newest first, of every organization.',
      permissions: ['instance:audit'],
      list: true,
      query: z.strictObject(period),
      answer: { status: 200, description: 'A page of events.', schema: auditEventList },
      handle: (call) => list(call, queryOf(call.query)),
    }),
    onInstance({
      method: 'get',
      path: '/audit/export',
      operationId: 'exportAllAuditEvents',
      summary: 'Export what happened everywhere',
      permissions: ['instance:audit'],
      query: z.strictObject({ ...period, format }),
      answer: file,
      async handle(call) {
        const { format: wanted, ...query } = call.query;
        return exported(call, queryOf(query), wanted);
      },
    }),
  ],
};
