import { Schema } from 'mongoose';
import type { SigningAlgorithm } from './application.js';

/** A key pair that signs tokens. The private half lies in the store only encrypted (architecture 7). */
export interface SigningKey {
  /** `kid`, the JWK thumbprint (RFC 7638). */
  _id: string;
  alg: SigningAlgorithm;
  /** 1 for the first of its algorithm: unique, so that processes that start together agree on one. */
  sequence: number;
  publicJwk: Record<string, unknown>;
  sealedPrivateJwk: string;
  createdAt: Date;
}

export const signingKeySchema = new Schema<SigningKey>(
  {
    _id: { type: String, required: true },
    alg: { type: String, enum: ['RS256', 'ES256', 'EdDSA'], required: true },
    sequence: { type: Number, required: true },
    publicJwk: { type: Schema.Types.Mixed, required: true },
    sealedPrivateJwk: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false },
);

signingKeySchema.index({ alg: 1, sequence: 1 }, { unique: true });
