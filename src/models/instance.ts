import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** The one document about this instance: what every process reads in parallel with a request's other reads. */
export interface Instance {
  _id: 'instance';
  /** Counts changes of applications, APIs and instance-wide roles: what a process has cached under another number is stale. */
  version: number;
  /** Ids of the roles that who joins an organization gets which sets none. */
  defaultRoles: string[];
  /** Counts changes of these settings. */
  revision?: number;
  /** How far the store's documents were brought up to what this version expects: see `services/upgrade-store.ts`. */
  upgraded?: number;
  /** While documents are being filled with what lists need: the last that is (`services/fill-copies.ts`). */
  filledTo?: string;
  pendingEvents?: PendingEvent[];
}

export const INSTANCE_ID = 'instance';

export const instanceSchema = new Schema<Instance>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true, default: 0 },
    defaultRoles: { type: [String], default: undefined },
    revision: Number,
    upgraded: Number,
    filledTo: String,
    pendingEvents,
  },
  { versionKey: false },
);
