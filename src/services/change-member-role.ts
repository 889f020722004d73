/** Giving a member one role and taking one: each one conditional update, so that two who change different roles at once both have their way. */
import { type Actor, can } from '../access/can.js';
import { forbidden, notFound } from '../lib/errors.js';
import type { Membership } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { event, type ServiceContext } from './context.js';
import { settleMembership } from './join-organization.js';
import { addAdministrator, removeAdministrator, requireActive } from './set-member-roles.js';

interface RoleOfMember {
  organizationId: string;
  userId: string;
  /** Of a role that the caller has resolved in this organization. */
  roleId: string;
}

/** @throws RollcallError `not_active`, `too_many_administrators`, `not_found`, `forbidden` */
export async function giveRole(context: ServiceContext, actor: Actor, change: RoleOfMember): Promise<void> {
  const { organizationId, userId, roleId } = change;
  const membership = await memberOf(context, actor, change);
  if (roleId === ADMIN_ROLE_ID) {
    await requireActive(context, membership);
    await addAdministrator(context, actor, organizationId, userId);
    return;
  }
  await context.models.Membership.updateOne(
    { _id: membership._id, 'roles.roleId': { $ne: roleId } },
    {
      $push: {
        roles: { roleId },
        pendingEvents: event(context, actor, 'member.role_given', userId, { organizationId, after: { roleId } }),
      },
      $set: { updatedAt: context.clock.now() },
    },
  );
}

/** @throws RollcallError `last_administrator`, `not_found`, `forbidden` */
export async function takeRole(context: ServiceContext, actor: Actor, change: RoleOfMember): Promise<void> {
  const { organizationId, userId, roleId } = change;
  const membership = await memberOf(context, actor, change);
  const taken = event(context, actor, 'member.role_taken', userId, { organizationId, before: { roleId } });
  if (roleId === ADMIN_ROLE_ID) {
    await removeAdministrator(context, actor, organizationId, userId);
    // A seat that waits for somebody's return is given up too.
    await context.models.Membership.updateOne(
      { _id: membership._id, wasAdministrator: true },
      { $unset: { wasAdministrator: 1 }, $push: { pendingEvents: taken } },
    );
    return;
  }
  await context.models.Membership.updateOne(
    { _id: membership._id, 'roles.roleId': roleId },
    { $pull: { roles: { roleId } }, $push: { pendingEvents: taken }, $set: { updatedAt: context.clock.now() } },
  );
}

async function memberOf(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: RoleOfMember,
): Promise<Membership> {
  if (!can(actor, 'members:write', { organizationId })) throw forbidden();
  const membership = await context.models.Membership.findOne({ organizationId, userId }).lean();
  if (!membership) throw notFound();
  return settleMembership(context, membership);
}
