import { hashPassword } from '../../lib/password.js';
import type { Membership, Organization, User } from '../../models/index.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import { setMemberStatus, setUserStatus } from '../change-status.js';
import { type ServiceContext, SYSTEM } from '../context.js';
import { createUser } from '../create-user.js';
import { insertMembership, joinOrganization } from '../join-organization.js';
import { addAdministrator, setMemberRoles } from '../set-member-roles.js';
import { type Applying, changeEvent, differences } from './applying.js';
import type { MembershipEntry, UserEntry } from './schema.js';

export async function applyUser(applying: Applying, stored: User | undefined, entry: UserEntry): Promise<User> {
  const { context } = applying;
  const { name, emailVerified, profile, metadata } = entry;
  if (!stored) {
    const passwordHash =
      entry.passwordHash ?? (entry.password === undefined ? undefined : await hashPassword(entry.password));
    const user = await createUser(context, SYSTEM, {
      email: entry.email,
      name,
      emailVerified: emailVerified ?? false,
      ...(profile ? { profile } : {}),
      ...(metadata ? { metadata } : {}),
      ...(passwordHash ? { passwordHash } : {}),
    });
    applying.applied.push(`Created the user ${user.email}`);
    return user;
  }
  const change = differences<User>(stored, { name, emailVerified, profile, metadata });
  if (Object.keys(change).length) {
    await context.models.User.updateOne(
      { _id: stored._id },
      {
        $set: { ...change, updatedAt: context.clock.now() },
        $push: { pendingEvents: changeEvent(applying, 'user.changed', stored._id, change) },
      },
    );
    applying.applied.push(`Changed the user ${stored.email}`);
  }
  return { ...stored, ...change };
}

/** A membership of the file with what it refers to. */
export interface PlannedMembership {
  user: User;
  organization: Organization;
  entry: MembershipEntry;
  /** Ids of the roles that the file names; undefined where it names none and R1 decides. */
  roleIds: string[] | undefined;
  defaultRoleId: string | undefined;
}

const read = ({ models }: ServiceContext, { user, organization }: PlannedMembership) =>
  models.Membership.findOne({ organizationId: organization._id, userId: user._id }).lean();

/** First pass, over the whole file: rows, and administrators that come, before any goes. */
export async function addMembership(applying: Applying, plan: PlannedMembership): Promise<void> {
  const { context, applied } = applying;
  const { user, organization, roleIds, entry } = plan;
  const ids = { organizationId: organization._id, userId: user._id };
  let membership: Membership | null = await read(context, plan);
  if (!membership) {
    applied.push(`Added ${user.email} to ${organization.slug}`);
    membership = roleIds
      ? await insertMembership(context, SYSTEM, ids.organizationId, ids.userId)
      : await joinOrganization(context, SYSTEM, ids);
  }
  const active = (entry.status ?? membership.status) === 'active' && user.status === 'active';
  if (!active || !roleIds?.includes(ADMIN_ROLE_ID) || membership.status !== 'active') return;
  const now = await context.models.Organization.findById(ids.organizationId, { administrators: 1 }).lean();
  if (now?.administrators.includes(ids.userId)) return;
  await addAdministrator(context, SYSTEM, ids.organizationId, ids.userId);
  applied.push(`Made ${user.email} an administrator of ${organization.slug}`);
}

/** Second pass: reactivated members, roles as the file says, what goes with them; suspended last. */
export async function settleMembershipAsSaid(applying: Applying, plan: PlannedMembership): Promise<void> {
  const { context, applied } = applying;
  const { user, organization, entry, roleIds } = plan;
  const ids = { organizationId: organization._id, userId: user._id };
  const name = `${user.email} in ${organization.slug}`;
  const before = (await read(context, plan)) as Membership;
  if (entry.status === 'active' && before.status === 'suspended') {
    await setMemberStatus(context, SYSTEM, { ...ids, status: 'active' });
    applied.push(`Reactivated ${name}`);
  }
  if (roleIds && (await rolesDiffer(context, plan, before, roleIds))) {
    await setRoles(applying, plan, roleIds);
    applied.push(`Set the roles of ${name}`);
  }
  await saveDetails(applying, plan, before, name);
  if (entry.status === 'suspended' && before.status === 'active') {
    await setMemberStatus(context, SYSTEM, { ...ids, status: 'suspended' });
    applied.push(`Suspended ${name}`);
  }
}

/** Somebody suspended or disabled holds no seat: that they are an administrator is kept for their return. */
const seatless = (plan: PlannedMembership, membership: Membership) =>
  membership.status === 'suspended' && plan.entry.status !== 'active' ? true : plan.user.status !== 'active';

async function rolesDiffer(
  { models }: ServiceContext,
  plan: PlannedMembership,
  membership: Membership,
  roleIds: string[],
): Promise<boolean> {
  const organization = await models.Organization.findById(plan.organization._id, { administrators: 1 }).lean();
  const admin = seatless(plan, membership)
    ? membership.wasAdministrator === true
    : organization?.administrators.includes(plan.user._id);
  const held = [...membership.roles.map((role) => role.roleId), ...(admin ? [ADMIN_ROLE_ID] : [])];
  return !membership.settled || [...held].sort().join() !== [...new Set(roleIds)].sort().join();
}

async function setRoles({ context }: Applying, plan: PlannedMembership, roleIds: string[]): Promise<void> {
  const ids = { organizationId: plan.organization._id, userId: plan.user._id };
  const membership = (await read(context, plan)) as Membership;
  if (!seatless(plan, membership)) {
    await setMemberRoles(context, SYSTEM, { ...ids, roleIds });
    return;
  }
  await setMemberRoles(context, SYSTEM, { ...ids, roleIds: roleIds.filter((id) => id !== ADMIN_ROLE_ID) });
  await context.models.Membership.updateOne(
    { _id: membership._id },
    roleIds.includes(ADMIN_ROLE_ID) ? { $set: { wasAdministrator: true } } : { $unset: { wasAdministrator: 1 } },
  );
}

async function saveDetails(
  applying: Applying,
  plan: PlannedMembership,
  before: Membership,
  name: string,
): Promise<void> {
  const { context, applied } = applying;
  const { entry, defaultRoleId } = plan;
  const change = differences<Membership>(before, { defaultRole: defaultRoleId, metadata: entry.metadata });
  const unset = entry.defaultRole === null && before.defaultRole !== undefined;
  if (!unset && Object.keys(change).length === 0) return;
  await context.models.Membership.updateOne(
    { _id: before._id },
    {
      ...(Object.keys(change).length ? { $set: { ...change, updatedAt: context.clock.now() } } : {}),
      ...(unset ? { $unset: { defaultRole: 1 } } : {}),
      $push: { pendingEvents: changeEvent(applying, 'member.changed', plan.user._id, change, plan.organization._id) },
    },
  );
  applied.push(`Changed ${name}`);
}

/** Last: a status of a user that counts in every organization. */
export async function applyUserStatus(
  applying: Applying,
  user: User,
  status: 'active' | 'disabled' | undefined,
): Promise<void> {
  if (status === undefined || user.status === status) return;
  await setUserStatus(applying.context, SYSTEM, { userId: user._id, status });
  applying.applied.push(`${status === 'active' ? 'Enabled' : 'Disabled'} the user ${user.email}`);
}
