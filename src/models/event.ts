import { Schema } from 'mongoose';

/**
 * What happened, written in the same update as the change itself (architecture 8), so that no change commits without its event. It waits
 * in the changed document until it is moved to the log (`services/audit`).
 */
export interface PendingEvent {
  /** `evt_…` */
  id: string;
  action: string;
  /** `usr_…`, `application:ID`, `anonymous` for who hasn't shown who they are, or `system` for what the server or its operator's command did. */
  actor: string;
  /** Whom or what it happened to; null where that isn't known. */
  subject: string | null;
  /** Null: it belongs to no organization, and stands in the log of `system`. */
  organizationId: string | null;
  time: Date;
  before?: unknown;
  after?: unknown;
  /** The event that this one is a part of: one member's of a bulk operation's. */
  parent?: string;
  /** Of the request that it came with, where there was one. */
  requestId?: string;
  address?: string;
  userAgent?: string;
}

/** By the index, which every collection with this field gets, what waits is found without reading what doesn't. */
export const pendingEvents = {
  type: [new Schema({ id: { type: String, index: { sparse: true } } }, { strict: false, _id: false, minimize: false })],
  default: undefined,
};
