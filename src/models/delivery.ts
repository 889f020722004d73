import { Schema } from 'mongoose';

/** Something that has to reach somebody outside, at least once: it waits here until it did, or is too old. */
export interface Delivery {
  /** Made of what is delivered, so that the same is queued once. */
  _id: string;
  /** Which queue it waits in. */
  kind: string;
  /** Whom it goes to, by a name of the queue's. */
  target: string;
  payload: Record<string, unknown>;
  /** Attempts that were begun. */
  attempts: number;
  /** When it is next due. While an attempt is under way: when its lease ends, and with it the chance of another process. */
  dueAt: Date;
  /** Who is at it; a late end of an attempt whose lease was lost changes nothing. */
  lease?: string;
  /** After this it is given up. */
  expiresAt: Date;
  createdAt: Date;
}

export const deliverySchema = new Schema<Delivery>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    target: { type: String, required: true },
    payload: { type: Schema.Types.Mixed, required: true },
    attempts: { type: Number, required: true },
    dueAt: { type: Date, required: true },
    lease: String,
    expiresAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false },
);

deliverySchema.index({ kind: 1, dueAt: 1, target: 1 });
// What is too old goes also where no process looks, later than those that do: they say so in the log.
deliverySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 15 * 60 });
