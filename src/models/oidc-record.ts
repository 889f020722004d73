import { Schema } from 'mongoose';

/** One of oidc-provider's stored objects: a session, grant, code, token or interaction. */
export interface OidcRecord {
  /** A digest of the library's id, so that what lies in the store opens nothing (architecture 7). */
  _id: string;
  /** The library's payload, replaced whole: its keys may contain dots. */
  payload: Record<string, unknown>;
  expiresAt?: Date;
  grantId?: string;
  uid?: string;
  accountId?: string;
  sessionUid?: string;
  /** When it was used, in seconds. Set by one conditional update. */
  consumed?: number;
  /** When the tokens of a code's one use were made: who comes later repeats it, and isn't one of several at once. */
  answeredAt?: Date;
  /** Somebody else wanted to redeem the code while it wasn't answered. */
  several?: boolean;
  /** When a device may ask for its tokens again. */
  nextPollAt?: Date;
  /** A session that has ended: the mark stays for a while, so that a request in flight can't bring it back by saving what it read. */
  ended?: boolean;
}

/** The library's models that are stored here, each in a collection of its own. */
export const OIDC_MODELS = [
  'Session',
  'Grant',
  'Interaction',
  'AuthorizationCode',
  'DeviceCode',
  'AccessToken',
  'RefreshToken',
  'ClientCredentials',
  'PushedAuthorizationRequest',
  'ReplayDetection',
] as const;

export type OidcModelName = (typeof OIDC_MODELS)[number];

export function oidcRecordSchema(model: OidcModelName): Schema<OidcRecord> {
  const schema = new Schema<OidcRecord>(
    {
      _id: { type: String, required: true },
      payload: { type: Schema.Types.Mixed, required: true },
      expiresAt: Date,
      grantId: String,
      uid: String,
      accountId: String,
      sessionUid: String,
      consumed: Number,
      answeredAt: Date,
      several: Boolean,
      nextPollAt: Date,
      ended: Boolean,
    },
    { versionKey: false, minimize: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  if (model === 'Session') {
    schema.index({ uid: 1 }, { unique: true, partialFilterExpression: { uid: { $exists: true } } });
    schema.index({ accountId: 1 });
  }
  if (model === 'Grant') {
    schema.index({ sessionUid: 1 });
    schema.index({ accountId: 1 });
  }
  if (['AuthorizationCode', 'DeviceCode', 'AccessToken', 'RefreshToken'].includes(model)) schema.index({ grantId: 1 });
  return schema;
}
