/**
 * The reads that every decision needs, batched: what the requests under way ask for at the same moment goes out as one query for each
 * collection. A batch is sent after the last of them has asked, so that each sees what was written before it came.
 */
import DataLoader from 'dataloader';
import { readOnce } from '../lib/read-once.js';
import type { Membership, Models, Organization, User } from '../models/index.js';
import { INSTANCE_ID } from '../models/instance.js';

export interface Reads {
  /** The catalog's version number (see `catalog.ts`). */
  version(): Promise<number>;
  user(id: string): Promise<User | undefined>;
  organization(id: string): Promise<Organization | undefined>;
  membership(organizationId: string, userId: string): Promise<Membership | undefined>;
}

const MOST_AT_ONCE = 200;

/** Loads by key, many at once; nothing is kept. */
export function batched<V>(read: (keys: string[]) => Promise<V[]>, keyOf: (value: V) => string) {
  return new DataLoader<string, V | undefined>(
    async (keys) => {
      const found = new Map((await read([...new Set(keys)])).map((value) => [keyOf(value), value]));
      return keys.map((key) => found.get(key));
    },
    { cache: false, maxBatchSize: MOST_AT_ONCE, batchScheduleFn: setImmediate },
  );
}

export function createReads(models: Models): Reads {
  const instance = batched(
    () => models.Instance.find({ _id: INSTANCE_ID }, { version: 1 }).lean(),
    (one) => one._id,
  );
  const users = batched(
    (ids) => models.User.find({ _id: { $in: ids } }).lean(),
    (one) => one._id,
  );
  const organizations = batched(
    (ids) => models.Organization.find({ _id: { $in: ids } }).lean(),
    (one) => one._id,
  );
  const memberships = batched(
    (keys) => models.Membership.find(pairs(keys)).lean(),
    (one) => `${one.organizationId} ${one.userId}`,
  );
  return {
    version: async () => (await instance.load(INSTANCE_ID))?.version ?? 0,
    user: (id) => readOnce(`user ${id}`, () => users.load(id)),
    organization: (id) => readOnce(`organization ${id}`, () => organizations.load(id)),
    membership(organizationId, userId) {
      const key = `${organizationId} ${userId}`;
      return readOnce(`membership ${key}`, () => memberships.load(key));
    },
  };
}

/** Those pairs and some more: every user of these in every organization of these, by the unique index of both. */
function pairs(keys: string[]) {
  const [organizationIds, userIds] = [0, 1].map((part) => [
    ...new Set(keys.map((key) => key.split(' ')[part] as string)),
  ]);
  return { organizationId: { $in: organizationIds }, userId: { $in: userIds } };
}
