import { Schema } from 'mongoose';

/** A link that was mailed to prove an address or to choose a new password: its secret is single-use, and lies here as a hash. */
export interface MailedLink {
  /** SHA-256 of the secret. */
  _id: string;
  purpose: LinkPurpose;
  userId: string;
  /** To which address it was mailed: an account that bears another one by now has nothing to do with it. */
  email: string;
  /** Which change of address it belongs to. */
  change?: string;
  createdAt: Date;
  worksUntil: Date;
  /** Set by one conditional update. */
  usedAt?: Date;
  /** Kept for a while afterwards, so that who comes again can be told. */
  expiresAt: Date;
}

export type LinkPurpose = 'verify' | 'reset' | 'new-address' | 'old-address';

export const mailedLinkSchema = new Schema<MailedLink>(
  {
    _id: { type: String, required: true },
    purpose: { type: String, enum: ['verify', 'reset', 'new-address', 'old-address'], required: true },
    userId: { type: String, required: true },
    email: { type: String, required: true },
    change: String,
    createdAt: { type: Date, required: true },
    worksUntil: { type: Date, required: true },
    usedAt: Date,
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);

mailedLinkSchema.index({ userId: 1, purpose: 1 });
mailedLinkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
