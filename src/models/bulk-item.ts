import { Schema } from 'mongoose';
import { BULK_RESULTS, type BulkResult } from './bulk-operation.js';

/** What a member held of that which a bulk operation changed: what its undo gives back. */
export interface BulkBefore {
  roles?: { roleId: string; until?: Date }[];
  group?: { groupId: string; until?: Date } | null;
  status?: 'active' | 'suspended';
}

/** One member's part of a bulk operation. */
export interface BulkItem {
  /** Made of the operation and the sequence (`bulkItemId`), so that an operation's are one range of the primary key, in their order. */
  _id: string;
  operationId: string;
  /** From 0. */
  sequence: number;
  /** As it was given, where nobody here has it: then there is no member. */
  reference?: string;
  userId?: string;
  membershipId?: string;
  /** When the membership began: who was removed and joined again is somebody new. */
  memberSince?: Date;
  result: BulkResult;
  /** Whether the member was reached; until then the result is what the preview foresaw. */
  done: boolean;
  /** Why it was refused: an error's code, and its words. */
  code?: string;
  message?: string;
  /** The id that the event of the change has, fixed beforehand, so that a change that was made is known whoever asks. */
  eventId: string;
  /** `membership.changed` of the role, the group or the status when it was previewed. An undo changes only where it still is so. */
  seen: string | null;
  before?: BulkBefore;
  /** Of an undo: what the member gets back. */
  restore?: BulkBefore;
}

/** An operation has fewer than this many members. */
const DIGITS = 5;

export const bulkItemId = (operationId: string, sequence: number): string =>
  `${operationId}/${String(sequence).padStart(DIGITS, '0')}`;

/** All of an operation's items from a sequence on. */
export const itemsFrom = (operationId: string, sequence: number) => ({
  _id: { $gte: bulkItemId(operationId, sequence), $lt: `${operationId}0` },
});

const ending = { _id: false } as const;
const before = new Schema<BulkBefore>(
  {
    roles: { type: [new Schema({ roleId: String, until: Date }, ending)], default: undefined },
    group: { type: new Schema({ groupId: String, until: Date }, ending), default: undefined },
    status: String,
  },
  ending,
);

export const bulkItemSchema = new Schema<BulkItem>(
  {
    _id: { type: String, required: true },
    operationId: { type: String, required: true },
    sequence: { type: Number, required: true },
    reference: String,
    userId: String,
    membershipId: String,
    memberSince: Date,
    result: { type: String, enum: BULK_RESULTS, required: true },
    done: { type: Boolean, required: true },
    code: String,
    message: String,
    eventId: { type: String, required: true },
    seen: { type: String, default: null },
    before: { type: before, default: undefined },
    restore: { type: before, default: undefined },
  },
  { versionKey: false },
);

bulkItemSchema.index({ operationId: 1, result: 1, _id: 1 });
