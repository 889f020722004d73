import { Schema } from 'mongoose';

/** A counter of `rate-limiter-flexible`, which fixes these names. Held in the store, so that a limit holds across processes. */
export interface RateLimit {
  key: string;
  points: number;
  expire: Date;
}

export const RATE_LIMIT_COLLECTION = 'rateLimits';

export const rateLimitSchema = new Schema<RateLimit>(
  { key: String, points: Number, expire: Date },
  { versionKey: false },
);

rateLimitSchema.index({ key: 1 }, { unique: true });
rateLimitSchema.index({ expire: 1 }, { expireAfterSeconds: 0 });
