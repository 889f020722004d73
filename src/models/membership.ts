import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';
import type { User } from './user.js';

/** A role that a member holds directly. Refers to the role itself, not to its key (R5). */
export interface Assignment {
  roleId: string;
  /** It counts until this moment (R12). Absent: without an end. */
  until?: Date;
}

/** A member in a group. */
export interface GroupMembership {
  groupId: string;
  /** As of an assignment. */
  until?: Date;
}

export type MembershipStatus = 'active' | 'suspended';

/** A user in an organization. That somebody is administrator stands in the organization's document alone. */
export interface Membership {
  /** `mem_…` */
  _id: string;
  organizationId: string;
  userId: string;
  /** `removed`: to every reader it isn't there; the row goes when its events have moved to the log. */
  status: MembershipStatus | 'removed';
  /** Direct roles in the order in which they were given, but an `admin` without an end, which is the organization's. */
  roles: Assignment[];
  groups?: GroupMembership[];
  /** The role that is active where none is asked for, if it is held (R9). */
  defaultRole?: string;
  /** Was administrator when the membership was suspended or the user disabled; given back when that ends. */
  wasAdministrator?: boolean;
  /**
   * By id of a role or group, and `status`: the event that changed it last here. What a bulk operation did is undone only where
   * nothing else has changed it since (R11).
   */
  changed?: Record<string, string>;
  /** Sign-ins that count for nothing here any more: an administrator has ended the sessions that they began (R6). */
  endedSignIns?: string[];
  /** Raised by each change: what an ETag is made of. */
  revision?: number;
  /** False between joining and having been given the first roles; healed by the next sign-in. */
  settled: boolean;
  /** Until then: what the invitation gives by which they joined, by ids. */
  invited?: { roleIds: string[]; groupIds: string[] };
  metadata?: Record<string, string>;
  /** Copies of the user's, for lists (`services/copies.ts`); absent in rows of an earlier version until these are filled. */
  sortName?: string;
  words?: string[];
  name?: string;
  email?: string;
  picture?: string | null;
  userStatus?: User['status'];
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const membershipSchema = new Schema<Membership>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    userId: { type: String, required: true },
    status: { type: String, enum: ['active', 'suspended', 'removed'], required: true, default: 'active' },
    roles: {
      type: [new Schema<Assignment>({ roleId: { type: String, required: true }, until: Date }, { _id: false })],
      default: [],
    },
    groups: {
      type: [new Schema<GroupMembership>({ groupId: { type: String, required: true }, until: Date }, { _id: false })],
      default: undefined,
    },
    defaultRole: String,
    wasAdministrator: Boolean,
    changed: { type: Schema.Types.Mixed },
    endedSignIns: { type: [String], default: undefined },
    revision: Number,
    settled: { type: Boolean, required: true },
    invited: {
      type: new Schema({ roleIds: [String], groupIds: [String] }, { _id: false }),
      default: undefined,
    },
    metadata: { type: Schema.Types.Mixed },
    sortName: String,
    words: { type: [String], default: undefined },
    name: String,
    email: String,
    picture: String,
    userStatus: { type: String, enum: ['active', 'disabling', 'disabled'] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

membershipSchema.index({ organizationId: 1, userId: 1 }, { unique: true });
membershipSchema.index({ userId: 1 });
// Lists, by name and by when they joined, which is the order of ids. Each with a filter in front, so that a page reads itself alone.
membershipSchema.index({ organizationId: 1, status: 1, sortName: 1 });
membershipSchema.index({ organizationId: 1, status: 1, _id: 1 });
// By role and group; what deleting one asks too, of an instance-wide role in every organization.
membershipSchema.index({ 'roles.roleId': 1, organizationId: 1, sortName: 1 });
membershipSchema.index({ 'roles.roleId': 1, organizationId: 1, _id: 1 });
membershipSchema.index({ 'groups.groupId': 1, sortName: 1 });
membershipSchema.index({ 'groups.groupId': 1, _id: 1 });
// Searching. What is found comes in this order: by the word or address found, then by name.
membershipSchema.index({ organizationId: 1, words: 1, sortName: 1 });
membershipSchema.index({ organizationId: 1, email: 1, sortName: 1 });
// Whose roles end soon. Few have an end.
membershipSchema.index(
  { organizationId: 1, 'roles.until': 1 },
  { partialFilterExpression: { 'roles.until': { $exists: true } } },
);
