/**
 * Accepting and declining (R10). Of those who answer at once one does: a conditional update of the invitation decides, and the membership
 * follows it (architecture 3). Who died between the two does it again and completes it.
 */
import { type Actor, themselves } from '../../access/can.js';
import { conflict, forbidden, notFound, RollcallError } from '../../lib/errors.js';
import type { Invitation, Organization, User } from '../../models/index.js';
import { event, type ServiceContext } from '../context.js';
import { endGrantsOfMembers } from '../end-grants.js';
import { insertMembership, joinOrganization, settleMembership } from '../join-organization.js';
import { closeJoinRequest } from '../join-requests/close.js';
import { proveAddress, type Shown } from '../prove-address.js';
import { PRESENT } from '../reads.js';
import { vocabularyOf } from '../vocabulary.js';
import { invitationToJoin, statusOf } from './find-invitation.js';
import { stillGiven } from './givable.js';
import { namedGift } from './invite.js';

export interface Answering {
  invitation: Invitation;
  userId: string;
  /** What was shown beside a mailed link, which then proves the address; absent: it was another link, or none. */
  proof?: Shown | undefined;
}

export interface Answered {
  organization: Organization;
  /** They were one already: nothing was added. */
  wasMember: boolean;
}

/** It is for another address than theirs. */
const otherAddress = () => new RollcallError('other_address', 403, 'This invitation is for another address.');

/**
 * Makes the invited a member, with what the invitation gives. The first member is administrator (R1); who is a member already gets nothing
 * by it. The same person doing it again ends where they did.
 * @throws RollcallError `not_found` for one that is used, expired, revoked or declined, and while the organization is suspended;
 *   `other_address`; `membership_suspended`; `password_needed` where the mailed link alone doesn't prove the address
 */
export async function acceptInvitation(
  context: ServiceContext,
  { invitation, userId, proof }: Answering,
): Promise<Answered> {
  const { models } = context;
  const { organizationId } = invitation;
  const { user, organization } = await requireInvited(context, invitation, userId);
  const present = await models.Membership.findOne({ organizationId, userId, ...PRESENT }).lean();
  if (present?.status === 'suspended')
    throw conflict('membership_suspended', 'Your membership there is suspended. An administrator can reactivate it.');
  if (proof && !(await proveAddress(context, user, proof)))
    throw new RollcallError('password_needed', 422, 'Enter your password to show that this account is yours.');
  const decided = await decide(context, organization, invitation, userId);
  if (decided === 'done') {
    // Asked anew: it may have been done since they were looked for. Who was removed after it isn't let back in.
    if (!(await models.Membership.exists({ organizationId, userId, ...PRESENT }))) throw notFound();
    return { organization, wasMember: false };
  }
  if (!present || decided === 'again') {
    const actor = themselves(userId);
    // Nothing of an earlier membership comes back to life with a new one (R8).
    if (!present) await endGrantsOfMembers(context, organizationId, [userId]);
    const invited = await stillGiven(context, organization, invitation);
    await settleMembership(context, await insertMembership(context, actor, organizationId, userId, { invited }));
    await closeJoinRequest(context, actor, { organizationId, userId });
  }
  await models.Invitation.updateOne(
    { _id: invitation._id, joinedAt: { $exists: false } },
    { $set: { joinedAt: context.clock.now() } },
  );
  return { organization, wasMember: present !== null && decided === 'first' };
}

/**
 * Lets one of those who accept at once be the first.
 * @returns `again`: it is theirs, and the membership may be missing; `done`: it isn't
 * @throws RollcallError `not_found`
 */
async function decide(
  context: ServiceContext,
  organization: Organization,
  { _id, organizationId, email, ...gift }: Invitation,
  userId: string,
): Promise<'first' | 'again' | 'done'> {
  const { models, clock } = context;
  const now = clock.now();
  const accepted = event(context, themselves(userId), 'invitation.accepted', _id, {
    organizationId,
    after: { email, ...namedGift(await vocabularyOf(context, organization), gift) },
  });
  const { modifiedCount } = await models.Invitation.updateOne(
    { _id, status: 'pending', expiresAt: { $gt: now } },
    {
      $set: { status: 'accepted', acceptedBy: userId, answeredAt: now, updatedAt: now },
      $unset: { open: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: accepted },
    },
  );
  if (modifiedCount === 1) return 'first';
  const present = await models.Invitation.findById(_id).lean();
  if (present?.status !== 'accepted' || present.acceptedBy !== userId) throw notFound();
  if (present.joinedAt) return 'done';
  if (present.expiresAt <= now) throw notFound();
  return 'again';
}

/**
 * @throws RollcallError `not_found`, `other_address`
 */
export async function declineInvitation(
  context: ServiceContext,
  { invitation, userId }: Pick<Answering, 'invitation' | 'userId'>,
): Promise<Organization> {
  const { models, clock } = context;
  const { organization } = await requireInvited(context, invitation, userId);
  const { _id, organizationId, email } = invitation;
  const now = clock.now();
  const declined = event(context, themselves(userId), 'invitation.declined', _id, { organizationId, after: { email } });
  const { modifiedCount } = await models.Invitation.updateOne(
    { _id, status: 'pending', expiresAt: { $gt: now } },
    {
      $set: { status: 'declined', declinedBy: userId, answeredAt: now, updatedAt: now },
      $unset: { open: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: declined },
    },
  );
  if (modifiedCount !== 1 && !(await models.Invitation.exists({ _id, status: 'declined', declinedBy: userId })))
    throw notFound();
  return organization;
}

/** Somebody active with its address, in an organization that is active; or who has answered it so already. */
async function requireInvited(
  context: ServiceContext,
  { organizationId, email, status, expiresAt, acceptedBy, declinedBy }: Invitation,
  userId: string,
): Promise<{ user: User; organization: Organization }> {
  const { models, clock } = context;
  const [user, organization] = await Promise.all([
    models.User.findById(userId).lean(),
    models.Organization.findById(organizationId).lean(),
  ]);
  const open = statusOf({ status, expiresAt }, clock.now()) === 'pending';
  if (!open && acceptedBy !== userId && declinedBy !== userId) throw notFound();
  if (user?.status !== 'active' || organization?.status !== 'active') throw notFound();
  if (user.email !== email) throw open ? otherAddress() : notFound();
  return { user, organization };
}

/**
 * Accepts without a link, which only who has proved the address does.
 * @throws RollcallError as `acceptInvitation`
 */
export async function acceptWaiting(context: ServiceContext, { invitation, userId }: Answering): Promise<Answered> {
  const user = await context.models.User.findById(userId, { emailVerified: 1 }).lean();
  if (!user?.emailVerified) throw forbidden('Confirm your address first, or use the link of the mail.');
  return acceptInvitation(context, { invitation, userId });
}

/**
 * Joins an organization by whatever lets one in: an invitation that waits, else as everybody may (R10).
 * @throws RollcallError `not_found` where nothing does
 */
export async function joinAsInvited(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<void> {
  const invitation = await invitationToJoin(context, userId, organizationId);
  if (invitation) {
    try {
      await acceptWaiting(context, { invitation, userId });
      return;
    } catch (error) {
      // It has ended meanwhile: what is left is what everybody may.
      if (!(error instanceof RollcallError) || error.code !== 'not_found') throw error;
    }
  }
  await joinOrganization(context, actor, { organizationId, userId });
}
