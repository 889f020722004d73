import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** Kept as it was answered; that one has expired is told by `expiresAt` alone. */
export const INVITATION_ANSWERS = ['pending', 'accepted', 'declined', 'revoked'] as const;

/** Somebody asked by their e-mail address into an organization (R10). */
export interface Invitation {
  /** `inv_…` */
  _id: string;
  organizationId: string;
  /** As an account's: trimmed, lower case. Who accepts has this address. */
  email: string;
  /** Ids of the roles that it gives; none: what who joins gets. */
  roleIds: string[];
  groupIds: string[];
  /** What the inviter has written. */
  message?: string;
  /** Of the mail, where the invited have said nothing themselves. */
  language?: string;
  /** The application to whose `initiateLoginUri` it leads. */
  applicationId?: string;
  status: (typeof INVITATION_ANSWERS)[number];
  /** It holds the place of the one that an address can have in an organization; given up when it is answered, or replaced once expired. */
  open?: true;
  expiresAt: Date;
  /** SHA-256 of the secret in the newest mail, which proves the address, and of that in the newest link that was shown, which doesn't. */
  mailedHash: string;
  shownHash?: string;
  /** Who answers for what it gives: as an event names who acted. Who sends it again, or takes a link of it, does so from then on. */
  invitedBy: string;
  acceptedBy?: string;
  declinedBy?: string;
  answeredAt?: Date;
  /** Who accepted has become a member: doing it again gives nothing again. */
  joinedAt?: Date;
  sentAt: Date;
  /** Raised by each change. */
  revision?: number;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const invitationSchema = new Schema<Invitation>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    email: { type: String, required: true },
    roleIds: { type: [String], default: [] },
    groupIds: { type: [String], default: [] },
    message: String,
    language: String,
    applicationId: String,
    status: { type: String, enum: INVITATION_ANSWERS, required: true },
    open: Boolean,
    expiresAt: { type: Date, required: true },
    mailedHash: { type: String, required: true },
    shownHash: String,
    invitedBy: { type: String, required: true },
    acceptedBy: String,
    declinedBy: String,
    answeredAt: Date,
    joinedAt: Date,
    sentAt: { type: Date, required: true },
    revision: Number,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

// Of two who invite the same address at once, one does.
invitationSchema.index(
  { organizationId: 1, email: 1 },
  { unique: true, partialFilterExpression: { open: true }, name: 'one_open' },
);
invitationSchema.index({ mailedHash: 1 }, { unique: true });
invitationSchema.index({ shownHash: 1 }, { unique: true, sparse: true });
// Lists, the newest first.
invitationSchema.index({ organizationId: 1, _id: 1 });
invitationSchema.index({ organizationId: 1, status: 1, _id: 1 });
// Those to a person, wherever.
invitationSchema.index({ email: 1, status: 1 });
