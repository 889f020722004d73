import { Schema } from 'mongoose';

/** The key of the log's chains: made once, and the same for as long as the log lives, whatever seals it. */
export interface AuditKey {
  _id: 'audit';
  /** 256 random bits, encrypted with ENCRYPTION_KEYS (architecture 7). */
  sealedKey: string;
  createdAt: Date;
}

export const AUDIT_KEY_ID = 'audit';

export const auditKeySchema = new Schema<AuditKey>(
  {
    _id: { type: String, required: true },
    sealedKey: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
