/** Whom a bulk operation is about. */
import { RollcallError } from '../../lib/errors.js';
import { isFoundBy, searchTerms } from '../../lib/words.js';
import type { BulkFilter } from '../../models/bulk-operation.js';
import type { Organization } from '../../models/index.js';
import { heldBy, type MemberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { findUserByEmail } from '../create-user.js';
import { allMemberRows } from '../lists/member-rows.js';

/** Members in one operation. */
export const MOST_MEMBERS = 10_000;

export const tooManyMembers = () =>
  new RollcallError(
    'too_many_members',
    422,
    `One operation is about ${MOST_MEMBERS.toLocaleString('en')} members at most. Choose fewer.`,
  );

/** Somebody chosen: a user, or what was given where nobody here is meant by it. */
export type Chosen = { userId: string } | { reference: string };

const BATCH = 500;

/**
 * Those who are named by the ids of their memberships or users, or by e-mail address: each once, in that order. Ids of other organizations
 * are as unknown as those of nobody (R13).
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
    const ids = part.filter((one) => one.startsWith('mem_'));
    const [rows, owners] = await Promise.all([
      ids.length ? context.models.Membership.find({ _id: { $in: ids } }, { organizationId: 1, userId: 1 }).lean() : [],
      Promise.all(part.map((one) => (one.includes('@') ? ownerOf(context, one) : undefined))),
    ]);
    const byId = new Map(rows.filter((row) => row.organizationId === organizationId).map((row) => [row._id, row]));
    part.forEach((reference, index) => {
      const userId = reference.startsWith('usr_') ? reference : (byId.get(reference)?.userId ?? owners[index]);
      const key = userId ?? reference;
      if (!chosen.has(key)) chosen.set(key, userId ? { userId } : { reference });
    });
  }
  return [...chosen.values()];
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
