import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** A named set of memberships in one organization that carries roles. Who is in it stands in the memberships. */
export interface Group {
  /** `grp_…` */
  _id: string;
  organizationId: string;
  name: string;
  /** The name as it is compared: unique in the organization. */
  nameKey: string;
  description?: string;
  /** Ids of the roles that everyone in it holds (R3). */
  roles: string[];
  metadata?: Record<string, string>;
  /** The group is gone; the row goes when its events have moved and nobody is in it any more. Its `nameKey` then holds the id. */
  deletedAt?: Date;
  /** Then: who was in it has had their tokens ended, where the organization wants that (`revokeOnDowngrade`). */
  revoked?: boolean;
  /** Then: when who is still in it is looked for again. */
  cleanUpAt?: Date;
  /** Raised by each change: what an ETag is made of. */
  revision?: number;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

/** What of a group decisions need. What else is shown of one may be large, and would weigh on each of them. */
export type KnownGroup = Pick<Group, '_id' | 'organizationId' | 'name' | 'nameKey' | 'roles'>;

export const groupSchema = new Schema<Group>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    description: String,
    roles: { type: [String], default: [] },
    metadata: { type: Schema.Types.Mixed },
    deletedAt: Date,
    revoked: Boolean,
    cleanUpAt: Date,
    revision: Number,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

groupSchema.index({ organizationId: 1, nameKey: 1 }, { unique: true });
// Those that are there, by name: what each decision may read, however many were deleted lately.
groupSchema.index({ organizationId: 1, deletedAt: 1, nameKey: 1 });
groupSchema.index({ roles: 1 });
// Those that are gone and have to be cleaned up after.
groupSchema.index({ cleanUpAt: 1 }, { sparse: true });
