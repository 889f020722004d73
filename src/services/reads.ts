/** The reads that every decision needs: batched among requests, and once within one. */
import type { Model } from 'mongoose';
import { batchedLists, batchedReads } from '../lib/batched.js';
import { readOnce, rememberRead } from '../lib/read-once.js';
import type { Membership, Models, Organization, User } from '../models/index.js';
import { INSTANCE_ID } from '../models/instance.js';

export interface Reads {
  /** The catalog's version number (see `catalog.ts`). */
  version(): Promise<number>;
  user(id: string): Promise<User | undefined>;
  /** With the hash of their password, which nothing else reads; one, unless a writer came back after its claim had been given up. */
  usersToSignIn(email: string): Promise<User[]>;
  /** Who holds a claim, by its id. */
  claimOwner(id: string): Promise<string | undefined>;
  organization(id: string): Promise<Organization | undefined>;
  membership(organizationId: string, userId: string): Promise<Membership | undefined>;
  /**
   * As they are at this moment, whatever was read before: what a change is computed on and compared with. Of several that are asked for at
   * once, each comes once.
   */
  toChange(organizationId: string, userId: string): Promise<[Organization | undefined, Membership | undefined]>;
  /** All of a user's, in whatever state. */
  membershipsOf(userId: string): Promise<Membership[]>;
  /** Whether a JWT access token was revoked, by its `jti`. */
  revoked(jti: string): Promise<boolean>;
}

/** Events wait in a document until they are moved to the log; no decision needs them. */
const WITHOUT_EVENTS = { pendingEvents: 0 } as const;
/** What is there for lists. */
const WITHOUT_FINDING = { ...WITHOUT_EVENTS, sortName: 0, words: 0 } as const;
const WITHOUT_COPIES = { ...WITHOUT_FINDING, name: 0, email: 0, userStatus: 0, picture: 0 } as const;
/** Nor a hash, which is for signing in alone. */
const WITHOUT_HASH = { ...WITHOUT_FINDING, passwordHash: 0 } as const;

/** Past Mongoose, which would cost each of these as much again: they come from here alone, and their values are texts. */
const find = <T>({ collection }: Model<T>, filter: object, projection: object): Promise<T[]> =>
  collection.find(filter, { projection }).toArray() as Promise<unknown[]> as Promise<T[]>;

const byId = <T extends { _id: string }>(model: Model<T>, projection: object) =>
  batchedReads(
    (ids) => find(model, { _id: { $in: ids } }, projection),
    (one) => one._id,
  );

/** Who was removed isn't there, though their row waits for its events to be moved. */
export const PRESENT = { status: { $ne: 'removed' } } as const;

export function createReads(models: Models): Reads {
  const { Claim, Instance, Membership, Organization, RevokedToken, User } = models;
  const instance = byId(Instance, { version: 1 });
  const users = byId(User, WITHOUT_HASH);
  const usersToSignIn = batchedLists(
    (emails) => find(User, { email: { $in: emails } }, WITHOUT_FINDING),
    (one) => one.email,
  );
  const claims = byId(Claim, { owner: 1 });
  const organizations = byId(Organization, WITHOUT_FINDING);
  const revoked = byId(RevokedToken, { _id: 1 });
  const memberships = batchedReads(
    (keys) => find(Membership, { ...pairs(keys), ...PRESENT }, WITHOUT_COPIES),
    (one) => `${one.organizationId} ${one.userId}`,
  );
  const membershipsOf = batchedLists(
    (userIds) => find(Membership, { userId: { $in: userIds }, ...PRESENT }, WITHOUT_COPIES),
    (one) => one.userId,
  );
  return {
    version: async () => (await instance.load(INSTANCE_ID))?.version ?? 0,
    user: (id) => readOnce(`user ${id}`, () => users.load(id)),
    usersToSignIn: (email) => usersToSignIn.load(email),
    claimOwner: async (id) => (await claims.load(id))?.owner,
    organization: (id) => readOnce(`organization ${id}`, () => organizations.load(id)),
    membership: (organizationId, userId) =>
      readOnce(membershipKey(organizationId, userId), () => memberships.load(`${organizationId} ${userId}`)),
    toChange: (organizationId, userId) =>
      Promise.all([organizations.load(organizationId), memberships.load(`${organizationId} ${userId}`)]),
    async membershipsOf(userId) {
      const all = await readOnce(`memberships of ${userId}`, () => membershipsOf.load(userId));
      for (const one of all) rememberRead(membershipKey(one.organizationId, userId), one);
      return all;
    },
    revoked: async (jti) => (await revoked.load(jti)) !== undefined,
  };
}

const membershipKey = (organizationId: string, userId: string) => `membership ${organizationId} ${userId}`;

/** Those pairs and some more: every user of these in every organization of these, by the unique index of both. */
function pairs(keys: string[]) {
  const [organizationIds, userIds] = [0, 1].map((part) => [
    ...new Set(keys.map((key) => key.split(' ')[part] as string)),
  ]);
  return { organizationId: { $in: organizationIds }, userId: { $in: userIds } };
}
