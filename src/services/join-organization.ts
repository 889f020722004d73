import { type Actor, can } from '../access/can.js';
import { liveRole } from '../access/effective-roles.js';
import { conflict, isDuplicateKey, notFound, RollcallError } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { forgetReads } from '../lib/read-once.js';
import type { PendingEvent } from '../models/event.js';
import type { Membership, Organization } from '../models/index.js';
import type { Assignment } from '../models/membership.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { removeAdministrator } from './administrators.js';
import { event, type ServiceContext } from './context.js';
import { copiesOf, copyToMemberships, isSameCopy, readCopied } from './copies.js';
import { endGrantsOfMembers } from './end-grants.js';
import { invitedTo } from './invitations/invited-to.js';
import { mayJoin } from './join-policy.js';
import { closeJoinRequest } from './join-requests/close.js';
import { PRESENT } from './reads.js';
import { isSingle } from './rules-of-roles.js';
import { givingSeat, isActiveMember, markForReturn } from './seats.js';
import { vocabularyOf } from './vocabulary.js';

/** Roles that who joins gets: the organization's, else the instance's; one in single mode (R4). Never `admin` (R15). */
async function rolesOfJoiner(context: ServiceContext, organization: Organization): Promise<Assignment[]> {
  const snapshot = await context.catalog.current();
  const { role } = await vocabularyOf(context, organization, snapshot);
  const ids = (organization.defaultRoles ?? snapshot.defaultRoles).flatMap((id) => liveRole(id, role)?._id ?? []);
  const given = [...new Set(ids)].filter((id) => id !== ADMIN_ROLE_ID).map((roleId) => ({ roleId }));
  return isSingle(organization) ? given.slice(0, 1) : given;
}

/**
 * Makes a user a member of an organization; the first is its administrator (R1), also when 50 join at once: the membership is
 * there first, then one conditional update decides who founded it, then the roles follow. Joining again changes nothing.
 * @param options `anew`: only where they aren't a member already
 * @throws RollcallError `not_found` where joining isn't allowed, as for an unknown organization; `already_member`
 */
export async function joinOrganization(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: { organizationId: string; userId: string },
  { anew = false }: { anew?: boolean } = {},
): Promise<Membership> {
  const { models } = context;
  const organization = await models.Organization.findById(organizationId).lean();
  if (!organization) throw notFound();
  const present = await models.Membership.findOne({ organizationId, userId, ...PRESENT }).lean();
  /** The first member of `system` is an operator: only who may make one makes them (R15). */
  const founds = mayFound(context, organizationId) || can(actor, 'administrators:write', { organizationId });
  if (present && anew) throw alreadyMember();
  if (present) return settleMembership(context, present, { founds });
  if (!can(actor, 'members:write', { organizationId }) && !(await mayJoin(context, organization, userId)))
    throw notFound();
  // Nothing of an earlier membership comes back to life with a new one (R8).
  await endGrantsOfMembers(context, organizationId, [userId]);
  const membership = await insertMembership(context, actor, organizationId, userId, { anew });
  await closeJoinRequest(context, actor, { organizationId, userId });
  return settleMembership(context, membership, { founds }).catch(async (error: unknown) => {
    // Erased meanwhile: whoever does so has looked for members before there was this one.
    if (!(await models.Organization.exists({ _id: organizationId })))
      await models.Membership.deleteOne({ _id: membership._id });
    throw error;
  });
}

/** Whether who joins first is administrator whoever let them in (R1). */
const mayFound = ({ systemOrganizationId }: ServiceContext, organizationId: string) =>
  organizationId !== systemOrganizationId;

export const alreadyMember = () => conflict('already_member', 'They are a member already.');

/** `id`, `anew`: see below; `invited`: what they get by an invitation, in place of what everybody gets. */
interface Inserting {
  id?: string;
  anew?: boolean;
  invited?: Membership['invited'] | undefined;
}

/**
 * Adds the row of a member who has no roles yet. Several processes may do it at once: one row comes of it.
 * @param options `anew`: only where the row is this call's own
 * @throws RollcallError `already_member`
 */
export async function insertMembership(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  userId: string,
  { id = newId('mem'), anew = false, invited }: Inserting = {},
): Promise<Membership> {
  const { models, clock } = context;
  const at = clock.now();
  const joined = event(context, actor, 'member.joined', userId, { organizationId });
  const user = await readCopied(context, userId);
  try {
    const membership = await models.Membership.findOneAndUpdate(
      { organizationId, userId },
      {
        $setOnInsert: {
          _id: id,
          organizationId,
          userId,
          status: 'active',
          roles: [],
          settled: false,
          ...(invited ? { invited } : {}),
          ...(user && copiesOf(user)),
          createdAt: at,
          updatedAt: at,
          pendingEvents: [joined],
        },
      },
      { upsert: true, returnDocument: 'after', lean: true, setDefaultsOnInsert: false },
    );
    if (membership) {
      const present = await back(context, membership as Membership, joined, { anew, invited });
      // Somebody may have changed the user after they were read here, and before there was this row to copy that to; or erased them.
      const now = await readCopied(context, userId);
      if (user && !now) {
        await models.Membership.deleteOne({ _id: present._id });
        throw notFound();
      }
      if (!isSameCopy(user, now)) await copyToMemberships(context, userId);
      return present;
    }
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const theirs = await models.Membership.findOne({ organizationId, userId }).lean();
  if (!theirs) throw notFound();
  return back(context, theirs, joined, { anew, invited });
}

/** Who was removed and comes back while their row was still there is a new member: nothing of before is theirs. */
async function back(
  context: ServiceContext,
  membership: Membership,
  joined: PendingEvent,
  { anew = false, invited }: Omit<Inserting, 'id'>,
): Promise<Membership> {
  const isOwn = membership.pendingEvents?.some(({ id }) => id === joined.id);
  if (membership.status !== 'removed' && anew && !isOwn) throw alreadyMember();
  if (membership.status !== 'removed') return membership;
  const { models, clock } = context;
  const now = clock.now();
  const user = await readCopied(context, membership.userId);
  const again = await models.Membership.findOneAndUpdate(
    { _id: membership._id, status: 'removed' },
    {
      $set: {
        status: 'active',
        roles: [],
        settled: false,
        ...(invited ? { invited } : {}),
        ...(user && copiesOf(user)),
        createdAt: now,
        updatedAt: now,
      },
      $unset: {
        ...(invited ? {} : { invited: 1 }),
        groups: 1,
        changed: 1,
        defaultRole: 1,
        wasAdministrator: 1,
        metadata: 1,
      },
      $inc: { revision: 1 },
      $push: { pendingEvents: joined },
    },
    { returnDocument: 'after', lean: true },
  );
  if (again) return again as Membership;
  // Its row has gone, or somebody else has brought them back.
  const { organizationId, userId, _id } = membership;
  const present = await models.Membership.findOne({ organizationId, userId }).lean();
  if (present && anew) throw alreadyMember();
  if (present) return present;
  return insertMembership(context, { kind: 'system' }, organizationId, userId, { id: _id, anew, invited });
}

/**
 * Gives a new member the first roles, or ends what a crash interrupted: called by joining and by each sign-in of a member whose
 * `settled` is still false. Who isn't active founds nothing: an organization's administrator is somebody who can act (R2).
 * @param founds whether they may be its first administrator
 */
export async function settleMembership(
  context: ServiceContext,
  membership: Membership,
  { founds = mayFound(context, membership.organizationId) }: { founds?: boolean } = {},
): Promise<Membership> {
  if (membership.settled) return membership;
  if (membership.status === 'removed') return membership;
  const { models, clock } = context;
  const { organizationId, userId } = membership;
  const find = async () => {
    const organization = await models.Organization.findById(organizationId).lean();
    if (!organization) throw notFound();
    return organization;
  };
  let organization = await find();
  if (founds && !organization.founded && (await isActiveMember(context, membership))) {
    const founded = event(context, { kind: 'system' }, 'organization.founded', userId, { organizationId });
    // The one update that decides who the first is (R1). Who has lost finds `founded: true`.
    await models.Organization.updateOne(
      { _id: organizationId, founded: false },
      { $set: { founded: true, updatedAt: clock.now() }, $push: { administrators: userId, pendingEvents: founded } },
    );
    organization = await find();
  }
  // As who gives a seat otherwise does (`seats.ts`).
  if (organization.administrators.includes(userId) && !(await isActiveMember(context, membership))) {
    await leaveUnfounded(context, membership);
    organization = await find();
  }
  const settled = await (membership.invited
    ? settleInvited(context, organization, membership, membership.invited)
    : writeSettled(context, membership, {
        roles: organization.administrators.includes(userId) ? [] : await rolesOfJoiner(context, organization),
      }));
  forgetReads();
  return (settled as Membership | null) ?? ((await models.Membership.findById(membership._id).lean()) as Membership);
}

const writeSettled = ({ models, clock }: ServiceContext, { _id }: Membership, given: Partial<Membership>) =>
  models.Membership.findOneAndUpdate(
    { _id, settled: false },
    { $set: { settled: true, ...given, updatedAt: clock.now() }, $unset: { invited: 1 } },
    { returnDocument: 'after', lean: true },
  );

/** Gives what an invitation gives. Who founds the organization is its administrator and nothing else (R1). */
async function settleInvited(
  context: ServiceContext,
  organization: Organization,
  membership: Membership,
  invited: NonNullable<Membership['invited']>,
) {
  const { organizationId, userId } = membership;
  const { admin, roles, groups } = await invitedTo(context, organization, invited);
  if (organization.administrators.includes(userId) && !admin) return writeSettled(context, membership, { roles: [] });
  const inGroups = groups.length ? { groups } : {};
  const write = async () =>
    writeSettled(context, membership, {
      roles: roles.length || admin ? roles : await rolesOfJoiner(context, organization),
      ...inGroups,
    });
  if (!admin) return write();
  try {
    return await givingSeat(context, { kind: 'system' }, { organizationId, userId }, undefined, write);
  } catch (error) {
    // There are as many administrators as there can be: they are what everybody is who joins, until somebody makes room.
    if (!(error instanceof RollcallError) || error.code !== 'too_many_administrators') throw error;
    return writeSettled(context, membership, { roles: await rolesOfJoiner(context, organization), ...inGroups });
  }
}

/** Suspended or disabled while they became the first: the next to join is. */
async function leaveUnfounded(context: ServiceContext, { organizationId, userId }: Membership): Promise<void> {
  const { models, clock } = context;
  const actor = { kind: 'system' } as const;
  const removed = event(context, actor, 'administrator.removed', userId, { organizationId });
  const { modifiedCount } = await models.Organization.updateOne(
    { _id: organizationId, administrators: userId, 'administrators.1': { $exists: false } },
    {
      $set: { founded: false, updatedAt: clock.now() },
      $pull: { administrators: userId },
      $push: { pendingEvents: removed },
    },
  );
  if (modifiedCount !== 1 && (await removeAdministrator(context, actor, organizationId, userId)))
    await markForReturn(context, { organizationId, userId });
  forgetReads();
}
