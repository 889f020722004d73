import { Schema } from 'mongoose';
import type { PublicJwk } from '../lib/public-jwk.js';
import { type PendingEvent, pendingEvents } from './event.js';

export type ApplicationType = 'web' | 'spa' | 'native' | 'machine';
export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA';
export type ClientAuthenticationMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** An OIDC client. The library's client metadata is a read-only projection of it (architecture 6). */
export interface Application {
  /** The client id. */
  _id: string;
  name: string;
  type: ApplicationType;
  /** SHA-256 of the secret, base64url. Absent for public applications. */
  secretHash?: string;
  firstParty: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri?: string | null;
  initiateLoginUri?: string | null;
  logoUri?: string | null;
  policyUri?: string | null;
  tosUri?: string | null;
  profileClaimsIn: 'id_token' | 'userinfo';
  grantTypes: string[];
  defaultApi?: string | null;
  organization: 'required' | 'optional' | 'none';
  idTokenSigningAlg: SigningAlgorithm;
  /** Userinfo is answered as a JWT signed so (OIDC Core 5.3.2). Absent: JSON. */
  userinfoSigningAlg?: SigningAlgorithm | null;
  /** Lifetimes in seconds; absent: the server's. Of an access token the shorter of the application's and the API's counts. */
  idTokenTtl?: number | null;
  accessTokenTtl?: number | null;
  /** A refresh token that isn't used for so long ends … */
  refreshTokenIdleTtl?: number | null;
  /** … and its family at this age. */
  refreshTokenTtl?: number | null;
  tokenEndpointAuthMethod: ClientAuthenticationMethod;
  /** With `private_key_jwt` one of both: its public keys, or where they are. */
  jwks?: { keys: PublicJwk[] } | null;
  jwksUri?: string | null;
  requirePkce: boolean;
  /** Authorization requests are pushed first (RFC 9126). */
  requirePar?: boolean;
  /** Tokens only with a proof of possession (RFC 9449). */
  requireDpop?: boolean;
  /** `fapi2`: the FAPI 2.0 Security Profile, which requires all three and `private_key_jwt`. */
  securityProfile?: 'fapi2' | null;
  /** What a machine's tokens may carry, per API; `management` is ISSUER/api, `*` is all. Absent: all of its defaultApi. */
  permissions?: { api: string; permissions: string[] }[];
  /** Of one that registered itself (RFC 7591). */
  registration?: {
    /** SHA-256 of the token by which it is managed, base64url. Absent once it is deleted. */
    tokenHash?: string;
    issuedAt: Date;
    /** Absent once a code or token was issued for it, or an operator has taken it over: then it doesn't end by itself. */
    unusedSince?: Date;
    /** It named no way to authenticate: its secret may come in the header or in the body. */
    eitherMethod: boolean;
    /** What it registered beyond what this record has members for, by the names of RFC 7591. */
    metadata: Record<string, unknown>;
  };
  /** From then on it counts for nothing (R8). */
  deletedAt?: Date;
  /** When the row of one that is deleted goes: its event has moved, and nothing of it can live any more. */
  purgeAt?: Date;
  createdAt: Date;
  updatedAt: Date;
  pendingEvents?: PendingEvent[];
}

export const applicationSchema = new Schema<Application>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    type: { type: String, enum: ['web', 'spa', 'native', 'machine'], required: true },
    secretHash: String,
    firstParty: { type: Boolean, required: true },
    redirectUris: { type: [String], default: [] },
    postLogoutRedirectUris: { type: [String], default: [] },
    backchannelLogoutUri: String,
    initiateLoginUri: String,
    logoUri: String,
    policyUri: String,
    tosUri: String,
    profileClaimsIn: { type: String, enum: ['id_token', 'userinfo'], required: true },
    grantTypes: { type: [String], default: [] },
    defaultApi: String,
    organization: { type: String, enum: ['required', 'optional', 'none'], required: true },
    idTokenSigningAlg: { type: String, enum: ['RS256', 'ES256', 'EdDSA'], required: true },
    userinfoSigningAlg: { type: String, enum: ['RS256', 'ES256', 'EdDSA', null] },
    idTokenTtl: Number,
    accessTokenTtl: Number,
    refreshTokenIdleTtl: Number,
    refreshTokenTtl: Number,
    tokenEndpointAuthMethod: {
      type: String,
      enum: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      required: true,
    },
    jwks: Schema.Types.Mixed,
    jwksUri: String,
    requirePkce: { type: Boolean, required: true },
    requirePar: Boolean,
    requireDpop: Boolean,
    securityProfile: { type: String, enum: ['fapi2', null] },
    permissions: {
      type: [new Schema({ api: String, permissions: [String] }, { _id: false })],
      default: undefined,
    },
    registration: {
      type: new Schema(
        {
          tokenHash: String,
          issuedAt: { type: Date, required: true },
          unusedSince: Date,
          eitherMethod: { type: Boolean, required: true },
          metadata: Schema.Types.Mixed,
        },
        { _id: false, minimize: false },
      ),
      default: undefined,
    },
    deletedAt: Date,
    purgeAt: Date,
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    pendingEvents,
  },
  { versionKey: false },
);

applicationSchema.index({ 'registration.unusedSince': 1 }, { sparse: true });
applicationSchema.index({ purgeAt: 1 }, { sparse: true });
