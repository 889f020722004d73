import { Schema } from 'mongoose';

/** The answer to a call that bore an `Idempotency-Key`, kept so that the call's repetition is answered alike. Ends after a day. */
export interface KeptAnswer {
  /** Digest of caller, key, method and path. */
  _id: string;
  /** Digest of what was sent. */
  request: string;
  /** Absent while the call is under way. Encrypted (architecture 7): it may hold a secret that is shown this once. */
  sealedAnswer?: string;
  createdAt: Date;
  expiresAt: Date;
}

export const keptAnswerSchema = new Schema<KeptAnswer>(
  {
    _id: { type: String, required: true },
    request: { type: String, required: true },
    sealedAnswer: String,
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);

keptAnswerSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
