/**
 * The administrators' seats: user ids in the organization's document, the only truth about who is administrator without an end date. Each
 * change is one conditional update of it, so that two who demote each other leave one (R2).
 */
import type { Actor } from '../access/can.js';
import { conflict, lastAdministrator, notFound, tooManyAdministrators } from '../lib/errors.js';
import type { Membership, Organization } from '../models/index.js';
import { MOST_ADMINISTRATORS } from '../models/organization.js';
import { event, type ServiceContext } from './context.js';

export interface MemberKey {
  organizationId: string;
  userId: string;
}

interface SeatOptions {
  /** The event that this one is a part of. */
  parent?: string | undefined;
}

/** A seat is an active member's: somebody suspended or disabled in it would be an administrator who can't act (R2). @throws `not_active` */
export async function requireActive(
  { models }: ServiceContext,
  { userId, status }: Pick<Membership, 'userId' | 'status'>,
): Promise<void> {
  const user = await models.User.findById(userId, { status: 1 }).lean();
  if (status !== 'active' || user?.status !== 'active')
    throw conflict('not_active', 'Only an active member can be an administrator. Reactivate them first.');
}

/** Nobody who is disabled becomes a member: they couldn't act as one. @throws `not_active` */
export async function requireActiveUser({ models }: ServiceContext, userId: string): Promise<void> {
  if (await models.User.exists({ _id: userId, status: 'active' })) return;
  throw conflict('not_active', 'They are disabled. Enable them first.');
}

/**
 * Puts somebody among the administrators. That they stay active is for `givingSeat`.
 * @returns false where they were one
 * @throws `too_many_administrators`
 */
export async function addAdministrator(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  userId: string,
  { parent }: SeatOptions = {},
): Promise<boolean> {
  const { models, clock } = context;
  const added = event(context, actor, 'administrator.added', userId, { organizationId, parent });
  const result = await models.Organization.updateOne(
    {
      _id: organizationId,
      administrators: { $ne: userId },
      [`administrators.${MOST_ADMINISTRATORS - 1}`]: { $exists: false },
    },
    { $set: { founded: true, updatedAt: clock.now() }, $push: { administrators: userId, pendingEvents: added } },
  );
  if (result.modifiedCount === 1) return true;
  const organization = await models.Organization.findById(organizationId, { administrators: 1 }).lean();
  if (!organization) throw notFound();
  if (!organization.administrators.includes(userId)) throw tooManyAdministrators();
  return false;
}

/** Somebody else is administrator, or nobody has to be. */
const NOT_THE_LAST = { $or: [{ 'administrators.1': { $exists: true } }, { deletion: { $exists: true } }] };

/**
 * Takes somebody from the administrators, unless nobody would be left (R2). An organization that is deleted needs nobody.
 * @param force where nobody may be left too: an operator disables a user who is the last
 * @returns whether they were one
 * @throws `last_administrator`
 */
export async function removeAdministrator(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  userId: string,
  { parent, force = false }: SeatOptions & { force?: boolean } = {},
): Promise<boolean> {
  const { models, clock } = context;
  const removed = event(context, actor, 'administrator.removed', userId, {
    organizationId,
    parent,
    ...(force ? { after: { forced: true } } : {}),
  });
  const result = await models.Organization.updateOne(
    { _id: organizationId, administrators: userId, ...(force ? {} : NOT_THE_LAST) },
    { $pull: { administrators: userId }, $set: { updatedAt: clock.now() }, $push: { pendingEvents: removed } },
  );
  if (result.modifiedCount === 1) return true;
  const organization = await models.Organization.findById(organizationId, { administrators: 1, slug: 1 }).lean();
  if (organization?.administrators.includes(userId)) throw await lastOne(context, organization, userId);
  return false;
}

/**
 * What the change itself will say where nobody else is administrator (R2), said before anything is written. That it holds is up to the
 * change's own condition.
 * @throws `last_administrator`
 */
export async function requireAnother(
  context: ServiceContext,
  { organization, membership }: { organization: Organization; membership: Pick<Membership, 'userId'> },
): Promise<void> {
  const { _id, slug, administrators } = organization;
  if (administrators.some((one) => one !== membership.userId)) return;
  throw await lastOne(context, { _id, slug }, membership.userId);
}

/** R2's refusal, with who it is. */
async function lastOne(
  { models }: ServiceContext,
  { _id: organizationId, slug }: { _id: string; slug: string },
  userId: string,
) {
  const user = await models.User.findById(userId, { name: 1, email: 1 }).lean();
  return lastAdministrator({ organizationId, slug, userId, ...(user ? { name: user.name, email: user.email } : {}) });
}
