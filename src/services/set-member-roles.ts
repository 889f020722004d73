import { type Actor, can } from '../access/can.js';
import { conflict, forbidden, lastAdministrator, notFound, tooManyAdministrators } from '../lib/errors.js';
import type { Membership } from '../models/index.js';
import { MOST_ADMINISTRATORS } from '../models/organization.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { event, type ServiceContext } from './context.js';

/**
 * Makes a member's direct roles what is given. An administrator is added before and taken before the other roles change, each by
 * one conditional update of the organization's document, so that two who demote each other leave one (R2).
 * @param roleIds ids of roles that the caller has resolved; `rol_admin` among them makes an administrator.
 * @throws RollcallError `last_administrator`, `too_many_administrators`, `not_active`, `not_found`, `forbidden`
 */
export async function setMemberRoles(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId, roleIds }: { organizationId: string; userId: string; roleIds: readonly string[] },
): Promise<Membership> {
  const { models, clock } = context;
  if (!can(actor, 'members:write', { organizationId })) throw forbidden();
  const membership = await models.Membership.findOne({ organizationId, userId }).lean();
  if (!membership) throw notFound();
  const others = roleIds.filter((id) => id !== ADMIN_ROLE_ID);
  if (roleIds.includes(ADMIN_ROLE_ID)) {
    await requireActive(context, membership);
    await addAdministrator(context, actor, organizationId, userId);
  } else await removeAdministrator(context, actor, organizationId, userId);
  const now = clock.now();
  const changed = event(context, actor, 'member.roles_changed', userId, {
    organizationId,
    before: membership.roles.map((role) => role.roleId),
    after: others,
  });
  const updated = await models.Membership.findOneAndUpdate(
    { _id: membership._id },
    {
      $set: { roles: others.map((roleId) => ({ roleId })), settled: true, updatedAt: now },
      $push: { pendingEvents: changed },
    },
    { returnDocument: 'after', lean: true },
  );
  if (!updated) throw notFound();
  return updated as Membership;
}

/** A seat is an active member's: somebody suspended or disabled in it would be an administrator who can't act (R2). */
export async function requireActive({ models }: ServiceContext, { userId, status }: Membership): Promise<void> {
  const user = await models.User.findById(userId, { status: 1 }).lean();
  if (status !== 'active' || user?.status !== 'active')
    throw conflict('not_active', 'Only an active member can be an administrator. Reactivate them first.');
}

/** Puts somebody among the administrators. Already so: nothing changes. */
export async function addAdministrator(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  userId: string,
): Promise<void> {
  const { models, clock } = context;
  const now = clock.now();
  const added = event(context, actor, 'administrator.added', userId, { organizationId });
  const result = await models.Organization.updateOne(
    {
      _id: organizationId,
      administrators: { $ne: userId },
      [`administrators.${MOST_ADMINISTRATORS - 1}`]: { $exists: false },
    },
    { $set: { founded: true, updatedAt: now }, $push: { administrators: userId, pendingEvents: added } },
  );
  if (result.modifiedCount === 1) return;
  const organization = await models.Organization.findById(organizationId, { administrators: 1 }).lean();
  if (!organization) throw notFound();
  if (!organization.administrators.includes(userId)) throw tooManyAdministrators();
}

/** Takes somebody from the administrators, unless nobody would be left (R2). Not one: nothing changes. */
export async function removeAdministrator(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  userId: string,
): Promise<void> {
  const { models, clock } = context;
  const removed = event(context, actor, 'administrator.removed', userId, { organizationId });
  const result = await models.Organization.updateOne(
    { _id: organizationId, administrators: userId, 'administrators.1': { $exists: true } },
    { $pull: { administrators: userId }, $set: { updatedAt: clock.now() }, $push: { pendingEvents: removed } },
  );
  if (result.modifiedCount === 1) return;
  const organization = await models.Organization.findById(organizationId, { administrators: 1 }).lean();
  if (organization?.administrators.includes(userId)) throw lastAdministrator();
}
