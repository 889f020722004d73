/** The reads that every decision needs: batched among requests, and once within one. */
import { batchedReads } from '../lib/batched.js';
import { readOnce } from '../lib/read-once.js';
import type { Membership, Models, Organization, User } from '../models/index.js';
import { INSTANCE_ID } from '../models/instance.js';

export interface Reads {
  /** The catalog's version number (see `catalog.ts`). */
  version(): Promise<number>;
  user(id: string): Promise<User | undefined>;
  organization(id: string): Promise<Organization | undefined>;
  membership(organizationId: string, userId: string): Promise<Membership | undefined>;
  /** Whether a JWT access token was revoked, by its `jti`. */
  revoked(jti: string): Promise<boolean>;
}

/** Events wait in a document until they are moved to the log; no decision needs them. */
const WITHOUT_EVENTS = { pendingEvents: 0 } as const;

export function createReads(models: Models): Reads {
  const instance = batchedReads(
    () => models.Instance.find({ _id: INSTANCE_ID }, { version: 1 }).lean(),
    (one) => one._id,
  );
  const users = batchedReads(
    (ids) => models.User.find({ _id: { $in: ids } }, WITHOUT_EVENTS).lean(),
    (one) => one._id,
  );
  const organizations = batchedReads(
    (ids) => models.Organization.find({ _id: { $in: ids } }, WITHOUT_EVENTS).lean(),
    (one) => one._id,
  );
  const memberships = batchedReads(
    (keys) => models.Membership.find(pairs(keys), WITHOUT_EVENTS).lean(),
    (one) => `${one.organizationId} ${one.userId}`,
  );
  const revoked = batchedReads(
    (ids) => models.RevokedToken.find({ _id: { $in: ids } }, { _id: 1 }).lean(),
    (one) => one._id,
  );
  return {
    version: async () => (await instance.load(INSTANCE_ID))?.version ?? 0,
    user: (id) => readOnce(`user ${id}`, () => users.load(id)),
    organization: (id) => readOnce(`organization ${id}`, () => organizations.load(id)),
    membership(organizationId, userId) {
      const key = `${organizationId} ${userId}`;
      return readOnce(`membership ${key}`, () => memberships.load(key));
    },
    revoked: async (jti) => (await revoked.load(jti)) !== undefined,
  };
}

/** Those pairs and some more: every user of these in every organization of these, by the unique index of both. */
function pairs(keys: string[]) {
  const [organizationIds, userIds] = [0, 1].map((part) => [
    ...new Set(keys.map((key) => key.split(' ')[part] as string)),
  ]);
  return { organizationId: { $in: organizationIds }, userId: { $in: userIds } };
}
