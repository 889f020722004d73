import { Schema } from 'mongoose';

/**
 * What must be unique everywhere is the `_id` of a claim document, written first (architecture 12): e-mail addresses, slugs,
 * instance-wide role keys, client ids. A claim whose owner was never written is free again after a minute.
 */
export interface Claim {
  /** `KIND:value` */
  _id: string;
  owner: string;
  createdAt: Date;
}

export type ClaimKind = 'email' | 'slug' | 'role' | 'client';

export const claimSchema = new Schema<Claim>(
  {
    _id: { type: String, required: true },
    owner: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
