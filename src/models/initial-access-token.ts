import { Schema } from 'mongoose';

/** Lets its bearer register applications (RFC 7591 3); made by an operator. */
export interface InitialAccessToken {
  /** SHA-256 of the token, base64url. */
  _id: string;
  /** Null: as often as one likes. */
  usesLeft: number | null;
  expiresAt: Date;
  createdAt: Date;
}

export const initialAccessTokenSchema = new Schema<InitialAccessToken>(
  {
    _id: { type: String, required: true },
    usesLeft: { type: Number, default: null },
    expiresAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

initialAccessTokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
