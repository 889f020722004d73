import { Schema } from 'mongoose';
import type { SigningAlgorithm } from './application.js';
import { type PendingEvent, pendingEvents } from './event.js';

export interface Permission {
  /** `resource:action` */
  key: string;
  description?: string;
  operatorsOnly: boolean;
}

/** A resource server: its permissions, the format and lifetime of its access tokens, its introspection credentials. */
export interface Api {
  /** The identifier, a URI. */
  _id: string;
  name: string;
  permissions: Permission[];
  tokenFormat: 'jwt' | 'opaque';
  accessTokenSigningAlg: SigningAlgorithm;
  /** Seconds. */
  accessTokenTtl: number;
  /** The client by which it introspects; `secretHash` is SHA-256, base64url. */
  introspection?: { clientId: string; secretHash: string };
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const apiSchema = new Schema<Api>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    permissions: {
      type: [
        new Schema<Permission>(
          {
            key: { type: String, required: true },
            description: String,
            operatorsOnly: { type: Boolean, default: false },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
    tokenFormat: { type: String, enum: ['jwt', 'opaque'], required: true },
    accessTokenSigningAlg: { type: String, enum: ['RS256', 'ES256', 'EdDSA'], required: true },
    accessTokenTtl: { type: Number, required: true },
    introspection: {
      type: new Schema(
        { clientId: { type: String, required: true }, secretHash: { type: String, required: true } },
        { _id: false },
      ),
      default: undefined,
    },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false },
);
