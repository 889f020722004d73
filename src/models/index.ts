/**
 * The nouns as Mongoose models, one file each. Models know no services: a rule that needs more than one document is a service.
 * `createModels` binds them to one connection, so that several servers can run in one process, each on its own database.
 */
import type { Connection, Model, mongo } from 'mongoose';
import { type Api, apiSchema } from './api.js';
import { type Application, applicationSchema } from './application.js';
import { type AuditChain, auditChainSchema } from './audit-chain.js';
import { type AuditEvent, auditEventSchema } from './audit-event.js';
import { type AuditKey, auditKeySchema } from './audit-key.js';
import { type BulkItem, bulkItemSchema } from './bulk-item.js';
import { type BulkOperation, bulkOperationSchema } from './bulk-operation.js';
import { type Claim, claimSchema } from './claim.js';
import { type Consent, consentSchema } from './consent.js';
import { type Delivery, deliverySchema } from './delivery.js';
import { type Domain, domainSchema } from './domain.js';
import { type Group, groupSchema, type KnownGroup } from './group.js';
import { type InitialAccessToken, initialAccessTokenSchema } from './initial-access-token.js';
import { type Instance, instanceSchema } from './instance.js';
import { type Invitation, invitationSchema } from './invitation.js';
import { type JoinRequest, joinRequestSchema } from './join-request.js';
import { type KeptAnswer, keptAnswerSchema } from './kept-answer.js';
import { type KeyRing, keyRingSchema } from './key-ring.js';
import { type LastOrganization, lastOrganizationSchema } from './last-organization.js';
import { type MailedLink, mailedLinkSchema } from './mailed-link.js';
import { type Membership, membershipSchema } from './membership.js';
import { OIDC_MODELS, type OidcModelName, type OidcRecord, oidcRecordSchema } from './oidc-record.js';
import { type Organization, organizationSchema } from './organization.js';
import { type PendingSignUp, pendingSignUpSchema } from './pending-sign-up.js';
import { type Picture, pictureSchema } from './picture.js';
import { RATE_LIMIT_COLLECTION, type RateLimit, rateLimitSchema } from './rate-limit.js';
import { type RevokedToken, revokedTokenSchema } from './revoked-token.js';
import { type Role, roleSchema } from './role.js';
import { type User, userSchema } from './user.js';

export interface Models {
  User: Model<User>;
  Claim: Model<Claim>;
  Organization: Model<Organization>;
  Membership: Model<Membership>;
  Role: Model<Role>;
  Group: Model<Group>;
  Application: Model<Application>;
  Api: Model<Api>;
  Instance: Model<Instance>;
  Invitation: Model<Invitation>;
  KeyRing: Model<KeyRing>;
  Consent: Model<Consent>;
  RevokedToken: Model<RevokedToken>;
  RateLimit: Model<RateLimit>;
  Delivery: Model<Delivery>;
  MailedLink: Model<MailedLink>;
  PendingSignUp: Model<PendingSignUp>;
  Domain: Model<Domain>;
  JoinRequest: Model<JoinRequest>;
  InitialAccessToken: Model<InitialAccessToken>;
  AuditEvent: Model<AuditEvent>;
  AuditChain: Model<AuditChain>;
  AuditKey: Model<AuditKey>;
  BulkOperation: Model<BulkOperation>;
  BulkItem: Model<BulkItem>;
  KeptAnswer: Model<KeptAnswer>;
  Picture: Model<Picture>;
  LastOrganization: Model<LastOrganization>;
  oidc: Record<OidcModelName, Model<OidcRecord>>;
}

export function createModels(connection: Connection): Models {
  const oidc = Object.fromEntries(
    OIDC_MODELS.map((name) => [
      name,
      connection.model<OidcRecord>(`Oidc${name}`, oidcRecordSchema(name), `oidc.${name}`),
    ]),
  ) as Record<OidcModelName, Model<OidcRecord>>;
  return {
    User: connection.model<User>('User', userSchema, 'users'),
    Claim: connection.model<Claim>('Claim', claimSchema, 'claims'),
    Organization: connection.model<Organization>('Organization', organizationSchema, 'organizations'),
    Membership: connection.model<Membership>('Membership', membershipSchema, 'memberships'),
    Role: connection.model<Role>('Role', roleSchema, 'roles'),
    Group: connection.model<Group>('Group', groupSchema, 'groups'),
    Application: connection.model<Application>('Application', applicationSchema, 'applications'),
    Api: connection.model<Api>('Api', apiSchema, 'apis'),
    Instance: connection.model<Instance>('Instance', instanceSchema, 'instance'),
    Invitation: connection.model<Invitation>('Invitation', invitationSchema, 'invitations'),
    KeyRing: connection.model<KeyRing>('KeyRing', keyRingSchema, 'keyRings'),
    Consent: connection.model<Consent>('Consent', consentSchema, 'consents'),
    RevokedToken: connection.model<RevokedToken>('RevokedToken', revokedTokenSchema, 'revokedTokens'),
    RateLimit: connection.model<RateLimit>('RateLimit', rateLimitSchema, RATE_LIMIT_COLLECTION),
    InitialAccessToken: connection.model<InitialAccessToken>(
      'InitialAccessToken',
      initialAccessTokenSchema,
      'initialAccessTokens',
    ),
    KeptAnswer: connection.model<KeptAnswer>('KeptAnswer', keptAnswerSchema, 'keptAnswers'),
    LastOrganization: connection.model<LastOrganization>(
      'LastOrganization',
      lastOrganizationSchema,
      'lastOrganizations',
    ),
    Picture: connection.model<Picture>('Picture', pictureSchema, 'pictures'),
    Delivery: connection.model<Delivery>('Delivery', deliverySchema, 'deliveries'),
    MailedLink: connection.model<MailedLink>('MailedLink', mailedLinkSchema, 'mailedLinks'),
    PendingSignUp: connection.model<PendingSignUp>('PendingSignUp', pendingSignUpSchema, 'pendingSignUps'),
    Domain: connection.model<Domain>('Domain', domainSchema, 'domains'),
    JoinRequest: connection.model<JoinRequest>('JoinRequest', joinRequestSchema, 'joinRequests'),
    AuditEvent: connection.model<AuditEvent>('AuditEvent', auditEventSchema, 'events'),
    AuditChain: connection.model<AuditChain>('AuditChain', auditChainSchema, 'auditChains'),
    AuditKey: connection.model<AuditKey>('AuditKey', auditKeySchema, 'auditKeys'),
    BulkOperation: connection.model<BulkOperation>('BulkOperation', bulkOperationSchema, 'bulkOperations'),
    BulkItem: connection.model<BulkItem>('BulkItem', bulkItemSchema, 'bulkItems'),
    oidc,
  };
}

/** As much of a model as its indexes need. */
interface Indexed {
  schema: { indexes(): [key: Record<string, unknown>, options: object][] };
  collection: { createIndexes(indexes: mongo.IndexDescription[]): Promise<unknown> };
}

/** Every model, whatever it belongs to. */
export const allModels = ({ oidc, ...nouns }: Models) => [...Object.values(nouns), ...Object.values(oidc)];

/** So many collections at once: each is given a connection, and a busy machine takes a while to open one. */
const AT_ONCE = 4;

/** Makes the indexes; safe when several processes do it at once. */
export async function createIndexes(models: Models): Promise<void> {
  const waiting: Indexed[] = allModels(models);
  const makeNext = async (): Promise<void> => {
    for (let model = waiting.shift(); model; model = waiting.shift()) {
      const indexes = model.schema.indexes().map(([key, options]) => ({ key, ...options }) as mongo.IndexDescription);
      if (indexes.length) await model.collection.createIndexes(indexes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, makeNext));
}

export type {
  Api,
  Application,
  AuditChain,
  AuditEvent,
  AuditKey,
  BulkItem,
  BulkOperation,
  Claim,
  Consent,
  Delivery,
  Domain,
  Group,
  Instance,
  Invitation,
  JoinRequest,
  KeyRing,
  KnownGroup,
  MailedLink,
  Membership,
  OidcRecord,
  Organization,
  PendingSignUp,
  Picture,
  RevokedToken,
  Role,
  User,
};
