import { Schema } from 'mongoose';
import type { SigningAlgorithm } from './application.js';
import { type PendingEvent, pendingEvents } from './event.js';

/**
 * `next` is published and doesn't sign yet, `active` signs, `retiring` is published because tokens that it signed may still live,
 * `retired` is published no more and proves the ID tokens of living sessions alone, as hints at sign-out.
 */
export type KeyState = 'next' | 'active' | 'retiring' | 'retired';

/** A key pair that signs tokens. */
export interface SigningKey {
  kid: string;
  alg: SigningAlgorithm;
  state: KeyState;
  publicJwk: Record<string, unknown>;
  /** The private half, encrypted (architecture 7); null once it is retired. */
  sealedPrivateJwk: string | null;
  publishedAt: Date;
  /** `next`: when it is to begin to sign, where that is fixed. */
  promoteAt?: Date | undefined;
  activatedAt?: Date | undefined;
  /** The longest lifetime that a token signed with it can have had, in seconds. */
  longestTtl?: number | undefined;
  /** When it stopped signing. */
  retiredAt?: Date | undefined;
  /** `retiring`: when it leaves the JWKS. */
  withdrawAt?: Date | undefined;
}

/** All signing keys in one document, so that a rotation is one conditional update on its revision (architecture 3). */
export interface KeyRing {
  _id: 'signing';
  revision: number;
  /** What was published then is in every JWKS that this instance has ever served. */
  bornAt: Date;
  keys: SigningKey[];
  pendingEvents?: PendingEvent[];
}

export const KEY_RING_ID = 'signing';

const signingKeySchema = new Schema<SigningKey>(
  {
    kid: { type: String, required: true },
    alg: { type: String, enum: ['RS256', 'ES256', 'EdDSA'], required: true },
    state: { type: String, enum: ['next', 'active', 'retiring', 'retired'], required: true },
    publicJwk: { type: Schema.Types.Mixed, required: true },
    sealedPrivateJwk: { type: String, default: null },
    publishedAt: { type: Date, required: true },
    promoteAt: Date,
    activatedAt: Date,
    longestTtl: Number,
    retiredAt: Date,
    withdrawAt: Date,
  },
  { _id: false, minimize: false },
);

export const keyRingSchema = new Schema<KeyRing>(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    bornAt: { type: Date, required: true },
    keys: { type: [signingKeySchema], required: true },
    pendingEvents,
  },
  { versionKey: false, minimize: false },
);
