import { Schema } from 'mongoose';
import { type Deletion, deletion } from './deletion.js';
import { type PendingEvent, pendingEvents } from './event.js';

/** Whether a member holds any number of roles, or exactly one (R4). */
export type RoleMode = 'multiple' | 'single';

/** By which an organization is told apart, beside its picture. */
export const COLORS = ['red', 'amber', 'green', 'teal', 'blue', 'violet'] as const;
export type Color = (typeof COLORS)[number];

/** A company or team. */
export interface Organization {
  /** `org_…` */
  _id: string;
  slug: string;
  name: string;
  status: 'active' | 'suspended';
  /** Of a suspended organization: what its administrators take back; `barred` where it had been suspended before. */
  deletion?: Deletion;
  joinPolicy: 'invite' | 'domain' | 'open';
  /** Whether who may not join by themselves may ask to. */
  joinRequests?: boolean;
  /** When a mail last told the administrators who asks. */
  toldOfRequestsAt?: Date;
  /** Absent: `multiple` (R4). */
  roleMode?: RoleMode;
  /** A lost role ends the member's tokens here at once (R6). */
  revokeOnDowngrade?: boolean;
  /** The id of its picture. */
  picture?: string | null;
  /** Absent or null: one that its id chooses. */
  color?: Color | null;
  /** Ids of the roles that who joins gets; absent: the instance's. */
  defaultRoles?: string[];
  metadata?: Record<string, string>;
  /** By what it is sorted and found, as of a user. */
  sortName?: string;
  words?: string[];
  /** True once somebody was made its first administrator (R1). */
  founded: boolean;
  /** User ids: the only truth about who is administrator without an end date (R2). 500 at most. */
  administrators: string[];
  /** Of `system` alone: the link by which its first member comes (R14). `usedBy` is set in the update that founds it. */
  setup?: { secretHash: string; createdAt: Date; usedBy?: string };
  /** Counts changes of its own roles and groups: what a process has cached under another number is stale. */
  vocabulary?: number;
  vocabularyChangedAt?: Date;
  /** Raised by each change: what an ETag is made of. */
  revision?: number;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const MOST_ADMINISTRATORS = 500;

export const organizationSchema = new Schema<Organization>(
  {
    _id: { type: String, required: true },
    slug: { type: String, required: true },
    name: { type: String, required: true },
    status: { type: String, enum: ['active', 'suspended'], required: true, default: 'active' },
    deletion,
    joinPolicy: { type: String, enum: ['invite', 'domain', 'open'], required: true, default: 'invite' },
    joinRequests: Boolean,
    toldOfRequestsAt: Date,
    roleMode: { type: String, enum: ['multiple', 'single'] },
    revokeOnDowngrade: Boolean,
    picture: String,
    color: { type: String, enum: [...COLORS, null] },
    defaultRoles: { type: [String], default: undefined },
    metadata: { type: Schema.Types.Mixed },
    sortName: String,
    words: { type: [String], default: undefined },
    founded: { type: Boolean, required: true, default: false },
    administrators: { type: [String], required: true, default: [] },
    setup: {
      type: new Schema(
        { secretHash: { type: String, required: true }, createdAt: { type: Date, required: true }, usedBy: String },
        { _id: false },
      ),
      default: undefined,
    },
    vocabulary: Number,
    vocabularyChangedAt: Date,
    revision: Number,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

// Where a role is given by default: asked when it is deleted.
organizationSchema.index({ defaultRoles: 1 }, { sparse: true });
organizationSchema.index({ words: 1, sortName: 1 });
// What is to be erased.
organizationSchema.index({ 'deletion.eraseAt': 1 }, { sparse: true });
// Those that want tokens ended where a role is lost: looked for when an instance-wide one is deleted.
organizationSchema.index({ revokeOnDowngrade: 1, _id: 1 }, { partialFilterExpression: { revokeOnDowngrade: true } });
