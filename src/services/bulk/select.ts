/** Whom a bulk operation is about. */
import { RollcallError } from '../../lib/errors.js';
import { isFoundBy, searchTerms } from '../../lib/words.js';
import type { BulkFilter } from '../../models/bulk-operation.js';
import type { Organization } from '../../models/index.js';
import { heldBy, type MemberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { findUserByEmail } from '../create-user.js';
import { allMemberRows } from '../lists/member-rows.js';
import { PRESENT } from '../reads.js';

/** Members in one operation. */
export const MOST_MEMBERS = 10_000;

export const tooManyMembers = () =>
  new RollcallError(
    'too_many_members',
    422,
    `One operation is about ${MOST_MEMBERS.toLocaleString('en')} members at most. Choose fewer.`,
  );

/** Somebody chosen: a member, by a filter or as they were named; or what was given where nobody here is meant by it. */
export type Chosen = { userId: string; reference?: string } | { reference: string };

const BATCH = 500;

/**
 * Those who are named by the ids of their memberships or users, or by e-mail address: each once, in that order. Whoever isn't a member here
 * is as unknown as nobody (R13): what was given for them stays what it is, and two names of theirs aren't told to be one person's.
 * @throws RollcallError `too_many_members`
 */
export async function chooseNamed(
  context: ServiceContext,
  organizationId: string,
  references: readonly string[],
): Promise<Chosen[]> {
  if (references.length > MOST_MEMBERS) throw tooManyMembers();
  const chosen = new Map<string, Chosen>();
  for (let from = 0; from < references.length; from += BATCH) {
    const part = references.slice(from, from + BATCH);
    const members = await membersNamed(context, organizationId, part);
    part.forEach((reference, index) => {
      const userId = members[index];
      const key = userId ?? reference;
      if (!chosen.has(key)) chosen.set(key, userId ? { userId, reference } : { reference });
    });
  }
  return [...chosen.values()];
}

/** The user of each reference, as far as it is a member's here. */
async function membersNamed(
  context: ServiceContext,
  organizationId: string,
  references: readonly string[],
): Promise<(string | undefined)[]> {
  const { Membership } = context.models;
  const owners = await Promise.all(
    references.map((one) => (one.includes('@') ? ownerOf(context, one) : one.startsWith('usr_') ? one : undefined)),
  );
  const wanted = [
    { _id: { $in: references.filter((one) => one.startsWith('mem_')) } },
    { userId: { $in: owners.filter((one) => one !== undefined) } },
  ];
  const rows = await Promise.all(
    wanted.map((filter) => Membership.find({ organizationId, ...filter, ...PRESENT }, { userId: 1 }).lean()),
  );
  const byId = new Map(rows.flat().map(({ _id, userId }) => [_id, userId]));
  const here = new Set(byId.values());
  return references.map((reference, index) => {
    const owner = owners[index];
    return owner === undefined ? byId.get(reference) : here.has(owner) ? owner : undefined;
  });
}

const ownerOf = async (context: ServiceContext, email: string) => (await findUserByEmail(context, email))?._id;

/**
 * Everyone whom a filter describes, as the list of members has them.
 * @throws RollcallError `too_many_members`, `upgrading`
 */
export async function chooseByFilter(
  context: ServiceContext,
  organization: Organization,
  { roleId: role, groupId: group, ...filter }: BulkFilter,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for await (const rows of allMemberRows(context, organization, { role, group, ...filter })) {
    chosen.push(...rows.map(({ userId }) => ({ userId })));
    if (chosen.length > MOST_MEMBERS) throw tooManyMembers();
  }
  return chosen;
}

/** Whether a filter still describes a member. */
export async function matches(
  context: Pick<ServiceContext, 'clock' | 'reads'>,
  { roleId, groupId, status, search }: BulkFilter,
  state: MemberState,
): Promise<boolean> {
  const { membership } = state;
  const now = context.clock.now();
  if (status && membership.status !== status) return false;
  if (roleId && !heldBy(context, state).some(({ role }) => role._id === roleId)) return false;
  const within = (membership.groups ?? []).filter(({ until }) => !until || until > now);
  if (groupId && !within.some((one) => one.groupId === groupId)) return false;
  if (search === undefined) return true;
  const user = await context.reads.user(membership.userId);
  return user !== undefined && isFoundBy(searchTerms(search), user);
}
