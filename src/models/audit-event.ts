import { Schema } from 'mongoose';
import type { PendingEvent } from './event.js';

/** A personal field whose value was erased: what is left is the hash by which the chain holds it. */
export interface ErasedField {
  /** A JSON pointer within the event: `/after/email`. */
  path: string;
  hash: string;
}

/** An event in the log. Once it is sealed, its number and the chain's code tell whether it, or one before it, was changed. */
export interface AuditEvent extends Omit<PendingEvent, 'id' | 'organizationId'> {
  /** `evt_…`; sorts by the time at which it was made. */
  _id: string;
  /** In whose chain it is. What belongs to no organization is in `system`'s. */
  organizationId: string;
  /** With which the personal fields enter the digest: those about who acted, and those about the subject. */
  salts?: { actor?: string; subject?: string };
  erased?: ErasedField[];
  sealed: boolean;
  /** From 1, without gaps. */
  number?: number;
  /** Of everything above but the salts, canonically. */
  digest?: string;
  /** HMAC of the event before's `mac`, the number and the digest. */
  mac?: string;
}

export const auditEventSchema = new Schema<AuditEvent>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    action: { type: String, required: true },
    actor: { type: String, required: true },
    subject: { type: String, default: null },
    time: { type: Date, required: true },
    before: { type: Schema.Types.Mixed },
    after: { type: Schema.Types.Mixed },
    parent: String,
    requestId: String,
    address: String,
    userAgent: String,
    salts: { type: Schema.Types.Mixed },
    erased: { type: Schema.Types.Mixed },
    sealed: { type: Boolean, required: true },
    number: Number,
    digest: String,
    mac: String,
  },
  { versionKey: false, minimize: false },
);

// Every list but one is an organization's (architecture 12), the newest first.
auditEventSchema.index({ organizationId: 1, time: 1, _id: 1 });
auditEventSchema.index({ organizationId: 1, actor: 1, time: 1, _id: 1 });
auditEventSchema.index({ organizationId: 1, subject: 1, time: 1, _id: 1 });
auditEventSchema.index({ organizationId: 1, action: 1, time: 1, _id: 1 });
// The parts of an event, and what is a part of none.
auditEventSchema.index({ parent: 1, organizationId: 1, time: 1, _id: 1 });
auditEventSchema.index({ time: 1, _id: 1 });
// An export goes along the ids.
auditEventSchema.index({ organizationId: 1, _id: 1 });
// What waits for its number, and the chain by its numbers.
auditEventSchema.index({ sealed: 1, organizationId: 1, _id: 1 }, { partialFilterExpression: { sealed: false } });
auditEventSchema.index({ organizationId: 1, number: 1 }, { unique: true, partialFilterExpression: { sealed: true } });
