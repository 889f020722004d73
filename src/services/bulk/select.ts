/** Whom a bulk operation is about. */
import { RollcallError } from '../../lib/errors.js';
import type { BulkFilter } from '../../models/bulk-operation.js';
import type { Membership, Organization } from '../../models/index.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import type { MemberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { normalizeEmail } from '../create-user.js';
import { PRESENT } from '../reads.js';
import { directRoles } from '../set-member-roles.js';

/** Members in one operation. */
export const MOST_MEMBERS = 10_000;

const tooMany = () =>
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
  if (references.length > MOST_MEMBERS) throw tooMany();
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

const ownerOf = ({ reads }: ServiceContext, email: string) => reads.claimOwner(`email:${normalizeEmail(email)}`);

/**
 * Everyone whom a filter describes, in the order of their ids.
 * @throws RollcallError `too_many_members`
 */
export async function chooseByFilter(
  { models }: ServiceContext,
  organization: Organization,
  filter: BulkFilter,
): Promise<Chosen[]> {
  const wanted = queryOf(organization, filter);
  const chosen: Chosen[] = [];
  for (let after = ''; ; ) {
    const rows: Pick<Membership, 'userId'>[] = await models.Membership.find(
      { organizationId: organization._id, ...wanted, userId: { $gt: after } },
      { userId: 1 },
    )
      .sort({ userId: 1 })
      .limit(BATCH)
      .lean();
    chosen.push(...rows.map(({ userId }) => ({ userId })));
    if (chosen.length > MOST_MEMBERS) throw tooMany();
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return chosen;
    after = last.userId;
  }
}

function queryOf({ administrators }: Organization, { roleId, groupId, status }: BulkFilter): object {
  const holds = { 'roles.roleId': roleId };
  return {
    ...PRESENT,
    ...(status ? { status } : {}),
    ...(groupId ? { 'groups.groupId': groupId } : {}),
    ...(roleId === ADMIN_ROLE_ID
      ? { $or: [{ userId: { $in: administrators } }, holds, { wasAdministrator: true }] }
      : roleId
        ? holds
        : {}),
  };
}

/** Whether a filter still describes a member, what has expired apart. */
export function matches(
  { clock }: Pick<ServiceContext, 'clock'>,
  { roleId, groupId, status }: BulkFilter,
  state: MemberState,
): boolean {
  const now = clock.now();
  const counts = ({ until }: { until?: Date }) => !until || until > now;
  const { membership } = state;
  if (status && membership.status !== status) return false;
  if (roleId && !directRoles(state).some((one) => one.roleId === roleId && counts(one))) return false;
  return !groupId || (membership.groups ?? []).some((one) => one.groupId === groupId && counts(one));
}
