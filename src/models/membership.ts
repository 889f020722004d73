import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** A role that a member holds directly. Refers to the role itself, not to its key (R5). */
export interface Assignment {
  roleId: string;
}

/** A user in an organization. That somebody is administrator stands in the organization's document alone. */
export interface Membership {
  /** `mem_…` */
  _id: string;
  organizationId: string;
  userId: string;
  status: 'active' | 'suspended';
  /** Direct roles but `admin`. */
  roles: Assignment[];
  /** The role that is active where none is asked for, if it is held (R9). */
  defaultRole?: string;
  /** Was administrator when the membership was suspended or the user disabled; given back when that ends. */
  wasAdministrator?: boolean;
  /** False between joining and having been given the first roles; healed by the next sign-in. */
  settled: boolean;
  metadata?: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const membershipSchema = new Schema<Membership>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    userId: { type: String, required: true },
    status: { type: String, enum: ['active', 'suspended'], required: true, default: 'active' },
    roles: {
      type: [new Schema<Assignment>({ roleId: { type: String, required: true } }, { _id: false })],
      default: [],
    },
    defaultRole: String,
    wasAdministrator: Boolean,
    settled: { type: Boolean, required: true },
    metadata: { type: Schema.Types.Mixed },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

membershipSchema.index({ organizationId: 1, userId: 1 }, { unique: true });
membershipSchema.index({ userId: 1 });
