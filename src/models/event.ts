import { Schema } from 'mongoose';

/**
 * What happened, written in the same update as the change itself (architecture 8), so that no change commits without its event.
 */
export interface PendingEvent {
  /** `evt_…` */
  id: string;
  action: string;
  /** `usr_…`, `application:ID`, or `system` for what the server or its operator's command did. */
  actor: string;
  subject: string;
  organizationId: string | null;
  time: Date;
  before?: unknown;
  after?: unknown;
  /** The event that this one is a part of: one member's of a bulk operation's. */
  parent?: string;
  requestId?: string;
}

export const pendingEvents = { type: [new Schema({}, { strict: false, _id: false })], default: undefined };
