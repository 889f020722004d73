import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** Somebody asks to become a member. One for each person and organization: who asks again later, asks by the same. */
export interface JoinRequest {
  /** `jrq_…` */
  _id: string;
  organizationId: string;
  userId: string;
  /** What they wrote to the administrators, until it is decided. */
  message?: string;
  status: 'pending' | 'accepted' | 'declined';
  /** It still stands in the list: nobody has decided, or who accepted it died before the person was a member. */
  waiting: boolean;
  /** No mail has told the administrators of it yet. */
  untold?: boolean;
  askedAt: Date;
  decidedAt?: Date;
  /** When it goes by itself: unanswered, or decided and of no use any more. */
  forgetAt: Date;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const joinRequestSchema = new Schema<JoinRequest>(
  {
    _id: { type: String, required: true },
    organizationId: { type: String, required: true },
    userId: { type: String, required: true },
    message: String,
    status: { type: String, enum: ['pending', 'accepted', 'declined'], required: true },
    waiting: { type: Boolean, required: true },
    untold: Boolean,
    askedAt: { type: Date, required: true },
    decidedAt: Date,
    forgetAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);

joinRequestSchema.index({ organizationId: 1, userId: 1 }, { unique: true });
// A person's, when their account is erased.
joinRequestSchema.index({ userId: 1 });
// Those that wait, the first first.
joinRequestSchema.index({ organizationId: 1, waiting: 1, askedAt: 1, _id: 1 });
joinRequestSchema.index({ untold: 1, askedAt: 1 }, { partialFilterExpression: { untold: true } });
joinRequestSchema.index({ forgetAt: 1 }, { expireAfterSeconds: 0 });
