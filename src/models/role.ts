import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** What a member can hold. The key is what a token carries; it never changes. */
export interface Role {
  /** `rol_…` */
  _id: string;
  key: string;
  name: string;
  description?: string;
  /** Permission keys of APIs. Management permissions of built-in roles stand in `access/statements.ts`. */
  permissions: string[];
  /** Null: instance-wide. */
  organizationId: string | null;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

/** `admin` and `member` exist in every organization and can't be deleted (R5); their ids are the same everywhere. */
export const ADMIN_ROLE_ID = 'rol_admin';
export const MEMBER_ROLE_ID = 'rol_member';

export const roleSchema = new Schema<Role>(
  {
    _id: { type: String, required: true },
    key: { type: String, required: true },
    name: { type: String, required: true },
    description: String,
    permissions: { type: [String], default: [] },
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
