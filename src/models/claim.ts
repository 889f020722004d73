import { Schema } from 'mongoose';

/**
 * What must be unique everywhere is the `_id` of a claim document, written first (architecture 12): e-mail addresses, slugs,
 * instance-wide role keys, client ids, devices' user codes, proved domains. A claim whose owner was never written is free again after a minute.
 */
export interface Claim {
  /** `KIND:value` */
  _id: string;
  owner: string;
  createdAt: Date;
  /** When the value is free again by itself; absent: it is kept. */
  expiresAt?: Date;
}

export type ClaimKind = 'email' | 'slug' | 'role' | 'client' | 'user-code' | 'domain';

export const claimSchema = new Schema<Claim>(
  {
    _id: { type: String, required: true },
    owner: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: Date,
  },
  { versionKey: false },
);

claimSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
