/**
 * Export: the provisioning file that would make what is stored. It comes in parts, a section or some entries of one, so that a million
 * users pass through a batch at a time. The order is that of the ids, in which things were made, and applying the file keeps it.
 */
import { SYSTEM_ORGANIZATION } from '../../access/can.js';
import type { Membership, Organization, User } from '../../models/index.js';
import { MEMBER_ROLE_ID } from '../../models/role.js';
import type { ServiceContext } from '../context.js';
import type { ProvisioningFile } from '../provisioning/schema.js';
import { PRESENT } from '../reads.js';
import {
  API_FIELDS,
  APPLICATION_FIELDS,
  type ExportedUser,
  entryOf,
  ORGANIZATION_FIELDS,
  ROLE_FIELDS,
  USER_FIELDS,
} from './fields.js';
import { ownOf, type References, referencesOf } from './references.js';

export interface ExportOptions {
  /** That organization and its members alone: what they refer to is expected where the file is applied. */
  organization?: Organization | undefined;
  users: boolean;
  /** Hashes of passwords and of clients' secrets too. */
  withHashes: boolean;
}

/** Some entries of a section; a section may come in several parts, one after the other. */
export interface ExportPart {
  section: keyof ProvisioningFile;
  entries: unknown[];
}

const BATCH = 500;

export async function* exportState(context: ServiceContext, options: ExportOptions): AsyncGenerator<ExportPart> {
  if (!options.organization) yield* catalogParts(context, options);
  yield* organizationParts(context, options);
  if (options.users) yield* userParts(context, options);
}

/** What every organization shares. */
async function* catalogParts(context: ServiceContext, { withHashes }: ExportOptions): AsyncGenerator<ExportPart> {
  const catalog = await context.catalog.current();
  const references = referencesOf(catalog, { roles: [], groups: [] }, withHashes);
  const byId = <T extends { _id: string }>(values: Iterable<T>) => [...values].sort((a, b) => (a._id < b._id ? -1 : 1));
  yield { section: 'apis', entries: byId(catalog.apis.values()).map((api) => entryOf(API_FIELDS, api, references)) };
  yield {
    section: 'applications',
    entries: byId(catalog.applications.values()).map((one) => entryOf(APPLICATION_FIELDS, one, references)),
  };
  const roles = [...catalog.rolesByKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const entries = roles.map((role) => entryOf(ROLE_FIELDS, role, references));
  // A built-in role as it always is isn't worth a line.
  yield { section: 'roles', entries: entries.filter((entry) => Object.keys(entry).length > 1) };
  if (catalog.defaultRoles.join() !== MEMBER_ROLE_ID)
    yield { section: 'defaultRoles', entries: catalog.defaultRoles.flatMap((id) => references.roleKey(id) ?? []) };
}

async function* organizationParts(context: ServiceContext, options: ExportOptions): AsyncGenerator<ExportPart> {
  const catalog = await context.catalog.current();
  const batches = options.organization
    ? [[options.organization]]
    : batchesOf((after) =>
        context.models.Organization.find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(BATCH)
          .lean(),
      );
  for await (const batch of batches) {
    const references = referencesOf(catalog, await ownOf(context, batch), options.withHashes);
    // `system` is there by itself.
    const made = batch.filter((one) => one.slug !== SYSTEM_ORGANIZATION);
    yield { section: 'organizations', entries: made.map((one) => entryOf(ORGANIZATION_FIELDS, one, references)) };
  }
}

async function* userParts(context: ServiceContext, options: ExportOptions): AsyncGenerator<ExportPart> {
  const { models } = context;
  const { organization } = options;
  if (!organization) {
    const batches = batchesOf<User>((after) =>
      models.User.find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .lean(),
    );
    for await (const users of batches) {
      const memberships = await models.Membership.find({
        userId: { $in: users.map((user) => user._id) },
        ...PRESENT,
      }).lean();
      yield await usersPart(context, users, memberships, options);
    }
    return;
  }
  const ofMembers = batchesOf<Membership>(
    (after) =>
      models.Membership.find({ organizationId: organization._id, userId: { $gt: after }, ...PRESENT })
        .sort({ userId: 1 })
        .limit(BATCH)
        .lean(),
    (membership) => membership.userId,
  );
  for await (const memberships of ofMembers) {
    const users = await models.User.find({ _id: { $in: memberships.map((one) => one.userId) } }).lean();
    users.sort((a, b) => (a._id < b._id ? -1 : 1));
    yield await usersPart(context, users, memberships, options);
  }
}

async function usersPart(
  context: ServiceContext,
  users: readonly User[],
  memberships: readonly Membership[],
  { withHashes }: ExportOptions,
): Promise<ExportPart> {
  const ids = [...new Set(memberships.map((one) => one.organizationId))];
  const organizations = await context.models.Organization.find({ _id: { $in: ids } }).lean();
  const byId = new Map(organizations.map((one) => [one._id, one]));
  const references: References = referencesOf(
    await context.catalog.current(),
    await ownOf(context, organizations),
    withHashes,
  );
  const byUser = new Map<string, ExportedUser['memberships']>();
  for (const membership of memberships) {
    const organization = byId.get(membership.organizationId);
    if (!organization) continue;
    byUser.set(membership.userId, [...(byUser.get(membership.userId) ?? []), { membership, organization }]);
  }
  const entries = users.map((user) => {
    const rows = (byUser.get(user._id) ?? []).sort((a, b) => (a.organization.slug < b.organization.slug ? -1 : 1));
    return entryOf(USER_FIELDS, { user, memberships: rows }, references);
  });
  return { section: 'users', entries };
}

/** Reads on until nothing is left. @param find a batch after a key, in the order of an index */
async function* batchesOf<T extends { _id: string }>(
  find: (after: string) => PromiseLike<T[]>,
  keyOf: (value: T) => string = (value) => value._id,
): AsyncGenerator<T[]> {
  for (let after = ''; ; ) {
    const batch = await find(after);
    const last = batch.at(-1);
    if (!last) return;
    yield batch;
    after = keyOf(last);
  }
}
