/** What whoever invites does with an invitation afterwards: sends it again, takes another link, revokes it. */
import type { Actor } from '../../access/can.js';
import { conflict, isDuplicateKey, RollcallError } from '../../lib/errors.js';
import { newSecret } from '../../lib/ids.js';
import { hashSecret } from '../../lib/secrets.js';
import type { Invitation, User } from '../../models/index.js';
import { actorName, event, type ServiceContext } from '../context.js';
import { findUserByEmail } from '../create-user.js';
import { alreadyMember } from '../join-organization.js';
import { PRESENT } from '../reads.js';
import { requirePermission } from '../require.js';
import { findInvitation } from './find-invitation.js';
import { requireMayRenew } from './givable.js';
import { alreadyInvited, type Invite, linkOf, usualEnd } from './invite.js';
import { countMail } from './limits.js';
import { mailInvitation } from './mail-invitation.js';

const answered = () => conflict('invitation_answered', 'This invitation was answered or revoked already.');

/**
 * Sends it once more, by a new secret: the link of the mail before opens nothing any more. One that has expired, or soon would, holds for
 * a week again. Who does it answers for what it gives.
 * @throws RollcallError `invitation_answered`, `already_member`, `already_invited`, `too_many_mails`, `not_found`, `forbidden`
 */
export async function resendInvitation(
  context: ServiceContext,
  actor: Actor,
  { organization, issuer }: Invite,
  id: string,
): Promise<Invitation> {
  const { models, clock } = context;
  const { _id: organizationId } = organization;
  requirePermission(actor, 'invitations:write', organizationId);
  const present = await findInvitation(context, organizationId, id);
  if (present.status !== 'pending') throw answered();
  await requireMayRenew(context, actor, organization, present);
  const user = await findUserByEmail(context, present.email);
  if (await models.Membership.exists({ organizationId, userId: user?._id ?? 'usr_', ...PRESENT }))
    throw alreadyMember();
  await countMail(context, actor, { organizationId, email: present.email, invitationId: id });
  const secret = newSecret();
  const now = clock.now();
  const expiresAt = new Date(Math.max(present.expiresAt.getTime(), usualEnd(now).getTime()));
  const invitation = await renew(context, present, {
    $set: { open: true, mailedHash: hashSecret(secret), expiresAt, sentAt: now, invitedBy: actorName(actor) },
    $push: {
      pendingEvents: event(context, actor, 'invitation.resent', id, {
        organizationId,
        after: { email: present.email, expiresAt },
      }),
    },
  });
  await mailInvitation(context, { invitation, organization, user, link: linkOf(issuer, secret) });
  return invitation;
}

/**
 * Another link for whoever invites to hand over, which ends the one that was shown before. The mailed one stays.
 * @returns the link, this once
 * @throws RollcallError `invitation_answered` for an expired one too; `not_found`, `forbidden`
 */
export async function newInvitationLink(
  context: ServiceContext,
  actor: Actor,
  { organization, issuer }: Invite,
  id: string,
): Promise<string> {
  const { _id: organizationId } = organization;
  requirePermission(actor, 'invitations:write', organizationId);
  const present = await findInvitation(context, organizationId, id);
  if (present.status !== 'pending' || present.expiresAt <= context.clock.now()) throw answered();
  await requireMayRenew(context, actor, organization, present);
  const secret = newSecret();
  await renew(context, present, {
    $set: { shownHash: hashSecret(secret), invitedBy: actorName(actor) },
    $push: {
      pendingEvents: event(context, actor, 'invitation.link_made', id, {
        organizationId,
        after: { email: present.email },
      }),
    },
  });
  return linkOf(issuer, secret);
}

/** Ends it, with both links. @throws RollcallError `invitation_answered`, `not_found`, `forbidden` */
export async function revokeInvitation(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<void> {
  requirePermission(actor, 'invitations:write', organizationId);
  const present = await findInvitation(context, organizationId, id);
  // Once is as good as twice.
  if (present.status !== 'revoked') await revoke(context, actor, present);
}

/**
 * Ends what would let a member back in, with what it gives, whom the actor removes: an invitation that waits, and one whose accepting a death
 * has interrupted.
 */
export async function endInvitationsTo(
  context: ServiceContext,
  actor: Actor,
  { organizationId, user }: { organizationId: string; user: Pick<User, '_id' | 'email'> },
): Promise<void> {
  const { models, clock } = context;
  const { _id: acceptedBy, email } = user;
  const now = clock.now();
  await models.Invitation.updateMany(
    { email, status: 'accepted', organizationId, acceptedBy, joinedAt: { $exists: false } },
    { $set: { joinedAt: now } },
  );
  const waiting = { organizationId, email, open: true as const, expiresAt: { $gt: now } };
  const found = await models.Invitation.findOne(waiting, { pendingEvents: 0 }).lean();
  if (!found) return;
  await revoke(context, actor, found).catch((error: unknown) => {
    // They answer it at this moment: they are a member already, and it gives nothing.
    if (!(error instanceof RollcallError) || error.code !== 'invitation_answered') throw error;
  });
}

function revoke(context: ServiceContext, actor: Actor, present: Invitation): Promise<Invitation> {
  const { _id, organizationId, email } = present;
  return renew(context, present, {
    $set: { status: 'revoked', answeredAt: context.clock.now() },
    $unset: { open: 1 },
    $push: { pendingEvents: event(context, actor, 'invitation.revoked', _id, { organizationId, before: { email } }) },
  });
}

/** Only while nobody has answered it. */
async function renew(
  { models, clock }: ServiceContext,
  { _id }: Invitation,
  { $set, ...update }: { $set: Partial<Invitation>; $unset?: object; $push: object },
): Promise<Invitation> {
  const written = await models.Invitation.findOneAndUpdate(
    { _id, status: 'pending' },
    { ...update, $set: { ...$set, updatedAt: clock.now() }, $inc: { revision: 1 } },
    { returnDocument: 'after', lean: true },
  ).catch((error: unknown) => {
    // It had expired, and another one has its place.
    throw isDuplicateKey(error) ? alreadyInvited() : error;
  });
  if (!written) throw answered();
  return written as Invitation;
}
