import { newId } from '../../src/lib/ids.js';
import type { BulkItem, BulkOperation, Organization } from '../../src/models/index.js';
import { MEMBER_ROLE_ID } from '../../src/models/role.js';
import type { ServiceContext } from '../../src/services/context.js';
import { copiesOf, findableUser } from '../../src/services/copies.js';
import type { ApiAnswer, ApiClient } from './api.js';
import { makeGroup, makeOrganization, makeUser } from './factories.js';

/** So many rows are written in one go. */
const IN_ONE_GO = 5000;

/**
 * An organization whose founder is its only administrator, and so many members besides, who never sign in.
 * @param options `grouped`: with a group in which all of them are; `into`: one that is there already, of which the administrator is no member
 */
export async function makeCrowd(
  services: ServiceContext,
  count: number,
  { grouped = false, into }: { grouped?: boolean; into?: Organization } = {},
) {
  const { User, Claim, Membership } = services.models;
  const admin = await makeUser(services);
  const organization = into ?? (await makeOrganization(services, { founder: admin._id }));
  const group = grouped ? await makeGroup(services, organization._id, 'Everyone') : undefined;
  const now = new Date();
  const users = Array.from({ length: count }, () => {
    const _id = newId('usr');
    const email = `${_id.toLowerCase()}@example.test`;
    const person = { _id, email, name: 'Ada', status: 'active' as const };
    return { ...person, ...findableUser(person), emailVerified: true, createdAt: now, updatedAt: now };
  });
  for (let from = 0; from < count; from += IN_ONE_GO) {
    const some = users.slice(from, from + IN_ONE_GO);
    const claims = some.map((user) => ({ _id: `email:${user.email}`, owner: user._id, createdAt: now }));
    const rows = some.map((user) => ({
      _id: newId('mem'),
      organizationId: organization._id,
      userId: user._id,
      ...copiesOf(user),
      status: 'active',
      roles: [{ roleId: MEMBER_ROLE_ID }],
      ...(group ? { groups: [{ groupId: group._id }] } : {}),
      settled: true,
      createdAt: now,
      updatedAt: now,
    }));
    await User.collection.insertMany(some as never[]);
    await Claim.collection.insertMany(claims as never[]);
    await Membership.collection.insertMany(rows as never[]);
  }
  return { admin, organization, group, users, ids: users.map((user) => user._id) };
}

/** Waits until an operation has ended. */
export async function ended(client: ApiClient, path: string): Promise<ApiAnswer['json']> {
  for (;;) {
    const { json } = await client.get(path);
    if (json.endedAt) return json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Previews, applies and waits for the end. */
export async function done(client: ApiClient, slug: string, body: object) {
  const path = `/organizations/${slug}/bulk-operations`;
  const { status, json, text } = await client.post(path, body);
  if (status !== 201) throw new Error(`${status} ${text}`);
  const own = `${path}/${json.id}`;
  await client.post(`${own}/apply`);
  return { path: own, operation: await ended(client, own) };
}

/** Undoes an operation and waits for the end. */
export async function undone(client: ApiClient, path: string) {
  const { status, json, text } = await client.post(`${path}/undo`);
  if (status !== 202) throw new Error(`${status} ${text}`);
  const own = path.replace(/blk_\w+$/, json.id);
  return { path: own, operation: await ended(client, own) };
}

/** Each member's result by the id of the user, or of what was given: with the code where it was refused. */
export async function resultsOf(client: ApiClient, path: string): Promise<Record<string, string>> {
  const rows = (await client.all(`${path}/results`)) as {
    member: string;
    userId: string | null;
    result: string;
    code: string | null;
  }[];
  return Object.fromEntries(rows.map((row) => [row.userId ?? row.member, row.code ?? row.result]));
}

/** An operation with its items, as they are stored. */
export async function stored(
  services: ServiceContext,
  id: string,
): Promise<{ operation: BulkOperation; items: BulkItem[] }> {
  const operation = await services.models.BulkOperation.findById(id).lean();
  if (!operation) throw new Error(`there is no operation ${id}`);
  return { operation, items: await services.models.BulkItem.find({ operationId: id }).sort({ _id: 1 }).lean() };
}
