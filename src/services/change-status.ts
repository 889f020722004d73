/**
 * Suspending and reactivating a member, disabling and enabling a user. What takes rights away gives up the administrator's seat first,
 * under R2's guard; what gives them back puts the administrator back.
 */
import { type Actor, can } from '../access/can.js';
import { forbidden, notFound } from '../lib/errors.js';
import { event, type ServiceContext } from './context.js';
import { addAdministrator, removeAdministrator } from './set-member-roles.js';

type MemberKey = { organizationId: string; userId: string };

/** @throws RollcallError `last_administrator`, `not_found`, `forbidden` */
export async function setMemberStatus(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId, status }: MemberKey & { status: 'active' | 'suspended' },
): Promise<void> {
  const { models, clock } = context;
  if (!can(actor, 'members:write', { organizationId })) throw forbidden();
  const membership = await models.Membership.findOne({ organizationId, userId }).lean();
  if (!membership) throw notFound();
  if (membership.status === status) return;
  const wasAdministrator =
    status === 'suspended' ? await giveUpSeat(context, actor, { organizationId, userId }) : false;
  const changed = event(context, actor, status === 'suspended' ? 'member.suspended' : 'member.reactivated', userId, {
    organizationId,
  });
  await models.Membership.updateOne(
    { _id: membership._id },
    {
      $set: { status, updatedAt: clock.now(), ...(wasAdministrator ? { wasAdministrator } : {}) },
      ...(status === 'active' ? { $unset: { wasAdministrator: 1 } } : {}),
      $push: { pendingEvents: changed },
    },
  );
  if (status === 'active' && membership.wasAdministrator)
    await addAdministrator(context, actor, organizationId, userId);
}

/** @throws RollcallError `last_administrator` where an organization would be left without one; then nothing has changed. */
export async function setUserStatus(
  context: ServiceContext,
  actor: Actor,
  { userId, status }: { userId: string; status: 'active' | 'disabled' },
): Promise<void> {
  const { models, clock } = context;
  if (!can(actor, 'instance:users')) throw forbidden();
  const user = await models.User.findById(userId).lean();
  if (!user) throw notFound();
  if (user.status === status) return;
  const set = (value: 'active' | 'disabling' | 'disabled', action?: string) =>
    models.User.updateOne(
      { _id: userId },
      {
        $set: { status: value, updatedAt: clock.now() },
        ...(action ? { $push: { pendingEvents: event(context, actor, action, userId) } } : {}),
      },
    );
  if (status === 'disabled') {
    // Denies at once; the seats follow, and where one can't be given up, all are given back.
    await set('disabling');
    await giveUpSeats(context, actor, userId).catch(async (error) => {
      await set('active');
      throw error;
    });
    await set('disabled', 'user.disabled');
  } else {
    await set('active', 'user.enabled');
    const memberships = await models.Membership.find({ userId, status: 'active', wasAdministrator: true }).lean();
    for (const { organizationId } of memberships) await takeSeatBack(context, actor, { organizationId, userId });
  }
}

/** @returns whether there was a seat. */
async function giveUpSeat(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: MemberKey,
): Promise<boolean> {
  const organization = await context.models.Organization.findById(organizationId, { administrators: 1 }).lean();
  if (!organization?.administrators.includes(userId)) return false;
  await removeAdministrator(context, actor, organizationId, userId);
  return true;
}

async function giveUpSeats(context: ServiceContext, actor: Actor, userId: string): Promise<void> {
  const { models } = context;
  const given: string[] = [];
  const memberships = await models.Membership.find({ userId }).lean();
  try {
    for (const { organizationId } of memberships) {
      if (!(await giveUpSeat(context, actor, { organizationId, userId }))) continue;
      given.push(organizationId);
      await models.Membership.updateOne({ organizationId, userId }, { $set: { wasAdministrator: true } });
    }
  } catch (error) {
    for (const organizationId of given) await takeSeatBack(context, actor, { organizationId, userId });
    throw error;
  }
}

async function takeSeatBack(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: MemberKey,
): Promise<void> {
  await addAdministrator(context, actor, organizationId, userId);
  await context.models.Membership.updateOne({ organizationId, userId }, { $unset: { wasAdministrator: 1 } });
}
