import { Schema } from 'mongoose';
import { isId } from '../lib/ids.js';
import { type PendingEvent, pendingEvents } from './event.js';

/** What a member can hold. The key is what a token carries; it never changes. */
export interface Role {
  /** `rol_…` */
  _id: string;
  key: string;
  name: string;
  description?: string;
  /** Permission keys of APIs. */
  permissions: string[];
  /** Management permissions, as `access/statements.ts` names them; those of built-in roles stand there alone. */
  management?: string[];
  /** Null: instance-wide. */
  organizationId: string | null;
  /**
   * The role is gone, and what is left marks whom it belonged to (R5): who is assigned to it holds the replacement instead, or nothing.
   * Its key is free again; the field `key` then holds the id.
   */
  deleted?: {
    key: string;
    replacement: string | null;
    at: Date;
    /** Who lost it has had their tokens ended, where their organization wants that (`revokeOnDowngrade`). */
    revoked?: boolean;
  };
  /** Of a marker: when what still names it is looked for again. */
  cleanUpAt?: Date;
  /** Raised by each change: what an ETag is made of. */
  revision?: number;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

/** `admin` and `member` exist in every organization and can't be deleted (R5); their ids are the same everywhere. */
export const ADMIN_ROLE_ID = 'rol_admin';
export const MEMBER_ROLE_ID = 'rol_member';

/** Whether a text names a role by its id; everything else is a key. */
export const isRoleId = (text: string): boolean =>
  text === ADMIN_ROLE_ID || text === MEMBER_ROLE_ID || isId('rol', text);

export const roleSchema = new Schema<Role>(
  {
    _id: { type: String, required: true },
    key: { type: String, required: true },
    name: { type: String, required: true },
    description: String,
    permissions: { type: [String], default: [] },
    management: { type: [String], default: undefined },
    deleted: {
      type: new Schema(
        { key: String, replacement: { type: String, default: null }, at: Date, revoked: Boolean },
        { _id: false },
      ),
      default: undefined,
    },
    cleanUpAt: Date,
    revision: Number,
    organizationId: { type: String, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false },
);

roleSchema.index({ organizationId: 1, key: 1 }, { unique: true });
// A new instance-wide role may not have a key that some organization's own role has (R5).
roleSchema.index({ key: 1 });
// Those that are gone and have to be cleaned up after.
roleSchema.index({ cleanUpAt: 1 }, { sparse: true });
roleSchema.index({ 'deleted.replacement': 1 }, { sparse: true });
