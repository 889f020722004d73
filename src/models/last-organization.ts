import { Schema } from 'mongoose';

/** Which organization a person chose last for an application: it comes first where they choose again. */
export interface LastOrganization {
  /** Digest of user and application. */
  _id: string;
  userId: string;
  organizationId: string;
  /** Forgotten where nobody has chosen for long. */
  expiresAt: Date;
}

export const lastOrganizationSchema = new Schema<LastOrganization>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    organizationId: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);

lastOrganizationSchema.index({ userId: 1 });
lastOrganizationSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
