import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/**
 * A domain that an organization says is its own. Several may say so; whose it is decides the claim `domain:NAME`, which is taken when it is
 * proved and names this document.
 */
export interface Domain {
  /** `dom_…` */
  _id: string;
  organizationId: string;
  /** Lower case and in ASCII (`lib/domain-name.ts`). Of one that was removed its id, so that it can be added again. */
  name: string;
  /** What the record in the domain name system has to hold. */
  token: string;
  /** `removed`: the row stays until its events have moved. */
  status: 'pending' | 'verified' | 'removed';
  verifiedAt?: Date;
  /** By a record in the domain name system, or by an operator's word. */
  verifiedBy?: 'dns' | 'operator';
  /** When the record was looked for last. */
  lastCheckedAt?: Date;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const domainSchema = new Schema<Domain>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    name: { type: String, required: true },
    token: { type: String, required: true },
    status: { type: String, enum: ['pending', 'verified', 'removed'], required: true, default: 'pending' },
    verifiedAt: Date,
    verifiedBy: { type: String, enum: ['dns', 'operator'] },
    lastCheckedAt: Date,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

domainSchema.index({ organizationId: 1, name: 1 }, { unique: true });
