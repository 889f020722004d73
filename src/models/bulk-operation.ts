import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** What is done to each member. */
export const BULK_KINDS = [
  'give_role',
  'take_role',
  'add_to_group',
  'remove_from_group',
  'suspend',
  'reactivate',
] as const;

export type BulkKind = (typeof BULK_KINDS)[number];

export interface BulkAction {
  kind: BulkKind;
  roleId?: string;
  groupId?: string;
  /** Until when the role or the group is given. */
  until?: Date;
}

/** Who is chosen where nobody is named: all of the organization whom each of these describes. */
export interface BulkFilter {
  /** Who holds this role, directly or by a group. */
  roleId?: string;
  groupId?: string;
  status?: 'active' | 'suspended';
  /** Beginnings of words of the name, or of the e-mail address. */
  search?: string;
}

/** Who does it: described so that another process can ask what they may do by then. */
export interface BulkActor {
  kind: 'system' | 'user' | 'application';
  /** Of a user or an application. */
  id?: string;
  /** The management permissions that they acted with here: what they may today goes no further. */
  permissions: string[];
}

/**
 * `preparing` and `previewed`: nothing has changed yet. `running` until every member has a result, or it was called off: then who hasn't
 * been reached is `skipped`.
 */
export const BULK_STATUSES = ['preparing', 'previewed', 'running', 'done', 'cancelled', 'stopped'] as const;

export type BulkStatus = (typeof BULK_STATUSES)[number];

/**
 * What becomes of a member: before it is applied `to_change` where something would change, `already` where nothing would, and `refused`;
 * afterwards `changed` instead of the first, or `skipped`.
 */
export const BULK_RESULTS = ['to_change', 'changed', 'already', 'refused', 'skipped'] as const;

export type BulkResult = (typeof BULK_RESULTS)[number];

/** One change of many members of an organization (R11). */
export interface BulkOperation {
  /** `blk_…` */
  _id: string;
  organizationId: string;
  actor: BulkActor;
  action: BulkAction;
  /** Absent: they were named. */
  filter?: BulkFilter;
  status: BulkStatus;
  /** Why it is to end before everybody was reached. */
  ending?: { status: 'cancelled' | 'stopped'; code: string };
  /** How many members it is about. */
  total: number;
  /** How many have which result. */
  counts: Partial<Record<BulkResult, number>>;
  /** The sequence of the first member who hasn't been reached. */
  next: number;
  /** The event that every change is a part of. */
  eventId: string;
  /** The operation that this one undoes. */
  undoOf?: string;
  /** The operation that undoes this one. */
  undoneBy?: string;
  /** When a process should take it on. While one is at it: when its lease ends, and with it the chance of another. */
  dueAt?: Date;
  /** Who is at it; a late end of work whose lease was lost changes nothing. */
  lease?: string;
  createdAt: Date;
  startedAt?: Date;
  endedAt?: Date;
  /** When a preview can't be applied any more, or an operation's results go. Absent while it runs. */
  expiresAt?: Date;
  pendingEvents?: PendingEvent[];
}

export const bulkOperationSchema = new Schema<BulkOperation>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    actor: {
      type: new Schema<BulkActor>({ kind: String, id: String, permissions: [String] }, { _id: false }),
      required: true,
    },
    action: {
      type: new Schema<BulkAction>({ kind: String, roleId: String, groupId: String, until: Date }, { _id: false }),
      required: true,
    },
    filter: {
      type: new Schema<BulkFilter>({ roleId: String, groupId: String, status: String, search: String }, { _id: false }),
      default: undefined,
    },
    status: { type: String, enum: BULK_STATUSES, required: true },
    ending: { type: new Schema({ status: String, code: String }, { _id: false }), default: undefined },
    total: { type: Number, required: true },
    counts: { type: Schema.Types.Mixed, required: true },
    next: { type: Number, required: true },
    eventId: { type: String, required: true },
    undoOf: String,
    undoneBy: String,
    dueAt: Date,
    lease: String,
    createdAt: { type: Date, required: true },
    startedAt: Date,
    endedAt: Date,
    expiresAt: Date,
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

bulkOperationSchema.index({ organizationId: 1, _id: 1 });
bulkOperationSchema.index({ organizationId: 1, status: 1 });
// What waits for a process, and what is to be tidied away.
bulkOperationSchema.index({ dueAt: 1 }, { sparse: true });
bulkOperationSchema.index({ expiresAt: 1 }, { sparse: true });
