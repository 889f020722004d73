import { Schema } from 'mongoose';

/** A JWT access token that was revoked before it expired. The entry goes when the token would have ended anyway. */
export interface RevokedToken {
  /** Its `jti`. */
  _id: string;
  expiresAt: Date;
}

export const revokedTokenSchema = new Schema<RevokedToken>(
  { _id: { type: String, required: true }, expiresAt: { type: Date, required: true } },
  { versionKey: false },
);

revokedTokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
