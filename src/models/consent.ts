import { Schema } from 'mongoose';
import { type PendingEvent, pendingEvents } from './event.js';

/** What a user allowed an application in one organization; outlives the browser session, unlike the library's grants. */
export interface Consent {
  /** Digest of user, application and organization. */
  _id: string;
  userId: string;
  applicationId: string;
  organizationId: string | null;
  /** As `consentTo` in services/consents.ts writes them. */
  scopes: string[];
  /** Taken back: it holds nothing, and the row goes when its events have moved to the log. */
  status?: 'removed';
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const consentSchema = new Schema<Consent>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    applicationId: { type: String, required: true },
    organizationId: { type: String, default: null },
    scopes: { type: [String], required: true },
    status: { type: String, enum: ['removed'] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false },
);

consentSchema.index({ userId: 1 });
consentSchema.index({ applicationId: 1 });
