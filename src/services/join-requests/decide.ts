/**
 * Whether somebody who asks is let in. One conditional update decides, so that of two administrators who answer at once one is heard. Who
 * was accepted is in the list until they are a member: should a process die in between, accepting once more completes it.
 */
import type { Actor } from '../../access/can.js';
import { notFound, RollcallError } from '../../lib/errors.js';
import type { JoinRequest, Organization } from '../../models/index.js';
import { addMember } from '../add-member.js';
import { event, type ServiceContext } from '../context.js';
import { sendMail } from '../mail/index.js';
import { languageOfUser } from '../mail/language-of-user.js';
import { requirePermission } from '../require.js';
import { ASK_AGAIN_MS, UNANSWERED_MS } from './ask-again.js';

/**
 * Makes who asked a member, with the roles that everyone gets who joins.
 * @param issuer where the mail's link leads
 * @throws RollcallError `not_found` for a request that isn't there or was declined; `not_active` where their account was disabled; `forbidden`
 */
export async function acceptJoinRequest(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  requestId: string,
  issuer: string,
): Promise<JoinRequest> {
  requirePermission(actor, 'members:write', organization._id);
  const request = await decided(context, actor, organization._id, requestId, 'accepted');
  const key = { organization, userId: request.userId };
  try {
    await addMember(context, actor, key);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    // They have joined otherwise, or a process has died after it had let them in.
    if (error.code !== 'already_member') {
      await reopen(context, request);
      throw error;
    }
  }
  const { modifiedCount } = await context.models.JoinRequest.updateOne(
    { _id: request._id, status: 'accepted', waiting: true },
    { $set: { waiting: false }, $unset: { message: 1 } },
  );
  if (modifiedCount === 1) await tellPerson(context, organization, request.userId, issuer);
  return request;
}

/**
 * Says no, without a word to who asked: they see it where they ask.
 * @throws RollcallError `not_found` for a request that isn't there or was accepted; `forbidden`
 */
export async function declineJoinRequest(
  context: ServiceContext,
  actor: Actor,
  { _id: organizationId }: Pick<Organization, '_id'>,
  requestId: string,
): Promise<JoinRequest> {
  requirePermission(actor, 'members:write', organizationId);
  return decided(context, actor, organizationId, requestId, 'declined');
}

async function decided(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  requestId: string,
  status: 'accepted' | 'declined',
): Promise<JoinRequest> {
  const { models, clock } = context;
  const waiting = { _id: requestId, organizationId, waiting: true };
  const found = await models.JoinRequest.findOne(waiting).lean();
  if (!found) throw notFound();
  // What nobody has completed is completed by whoever accepts again.
  if (found.status === 'accepted' && status === 'accepted') return found;
  const now = clock.now();
  const said =
    status === 'accepted'
      ? event(context, actor, 'join_request.accepted', found.userId, { organizationId })
      : event(context, actor, 'join_request.declined', found.userId, { organizationId });
  const written = await models.JoinRequest.findOneAndUpdate(
    { ...waiting, status: 'pending' },
    {
      $set: {
        status,
        waiting: status === 'accepted',
        decidedAt: now,
        forgetAt: new Date(now.getTime() + ASK_AGAIN_MS),
        updatedAt: now,
      },
      $unset: { untold: 1, ...(status === 'declined' ? { message: 1 } : {}) },
      $push: { pendingEvents: said },
    },
    { returnDocument: 'after', lean: true },
  );
  if (!written) throw notFound();
  return written as JoinRequest;
}

/** They can't be let in as things are: it is for the administrators to say no, or to wait. */
async function reopen({ models, clock }: ServiceContext, { _id, askedAt }: JoinRequest): Promise<void> {
  const forgetAt = new Date(askedAt.getTime() + UNANSWERED_MS);
  await models.JoinRequest.updateOne(
    { _id, status: 'accepted', waiting: true },
    { $set: { status: 'pending', forgetAt, updatedAt: clock.now() }, $unset: { decidedAt: 1 } },
  );
}

/** To an address that is proved alone, as asking needs it. */
async function tellPerson(
  context: ServiceContext,
  { name }: Organization,
  userId: string,
  issuer: string,
): Promise<void> {
  const user = await context.models.User.findById(userId).lean();
  if (!user?.emailVerified || user.status !== 'active') return;
  await sendMail(context, {
    kind: 'join-request-accepted',
    to: user.email,
    language: languageOfUser(user),
    about: { organization: name, link: `${issuer}/account/organizations` },
  });
}
