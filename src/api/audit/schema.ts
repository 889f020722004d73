import { z } from 'zod';
import { EXPORT_FORMATS } from '../../services/audit/export-events.js';
import { listOf, text, time } from '../schemas.js';

export const auditEvent = z
  .strictObject({
    id: text.meta({ examples: ['evt_01JX0000000000000000000000'] }),
    time,
    organizationId: text.meta({ description: 'In whose log it is; what belongs to none is in that of `system`.' }),
    number: z
      .int()
      .nullable()
      .meta({ description: 'Its place in the log’s chain; null for a moment, until it is sealed.' }),
    action: text.meta({ examples: ['member.role_given'] }),
    actor: text.meta({
      description: 'A user’s id, `application:ID`, `anonymous`, or `system` for the server and its command.',
      examples: ['usr_01JX0000000000000000000000'],
    }),
    subject: text.nullable().meta({ description: 'Whom or what it happened to; null where that isn’t known.' }),
    parent: text.nullable().meta({ description: 'The event that it is a part of.' }),
    before: z.unknown().meta({ description: 'What was there; null where nothing is said of it.' }),
    after: z.unknown().meta({ description: 'What is there since; null where nothing is said of it.' }),
    requestId: text.nullable(),
    address: text.nullable(),
    userAgent: text.nullable(),
  })
  .meta({ id: 'AuditEvent' });

export const auditEventList = listOf('AuditEventList', auditEvent);

const exact = z.string().min(1).max(200).optional();

/** Bounds in time. */
export const period = {
  from: time.optional().meta({ description: 'At this moment or later.' }),
  until: time.optional().meta({ description: 'Before this moment.' }),
};

export const filters = {
  actor: exact.meta({ description: 'As the events have it.' }),
  subject: exact.meta({ description: 'As the events have it.' }),
  action: exact.meta({ examples: ['member.joined'] }),
  parent: exact.meta({ description: 'The id of an event: those that are parts of it.' }),
  ...period,
};

export const format = z.enum(EXPORT_FORMATS).optional().meta({ description: '`csv` unless given.' });
