import type { User } from '../../models/index.js';
import { removeAdministrator } from '../administrators.js';
import { type Changing, moveEvents, moveEventsOf } from '../audit/move-events.js';
import { releaseName } from '../claim-name.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';
import { endUserSessions } from '../end-user-sessions.js';
import { statusOf } from '../invitations/find-invitation.js';
import { forgetLastOrganizations } from '../last-organization.js';
import { deletePicturesOf } from '../pictures/index.js';
import { PRESENT } from '../reads.js';
import { eraseInvited, erasePersonalEvents } from './erase-events.js';

const COPIES = { name: 1, email: 1, picture: 1, sortName: 1, words: 1 } as const;

/**
 * Takes away all that is a person's: memberships, what they allowed and asked for, pictures, what the log says of who they were. What they did stays in the log,
 * by their id alone.
 * @returns what gives their address to whoever comes next
 */
export async function eraseUser(context: ServiceContext, { _id: userId, email }: User): Promise<() => Promise<void>> {
  const { models } = context;
  await endUserSessions(context, userId);
  for (const { _id, organizationId } of await models.Membership.find({ userId, ...PRESENT }).lean()) {
    await removeAdministrator(context, SYSTEM, organizationId, userId, { force: true });
    const removed = event(context, SYSTEM, 'member.removed', userId, { organizationId });
    await models.Membership.updateOne(
      { _id, ...PRESENT },
      {
        $set: { status: 'removed', roles: [], groups: [] },
        $unset: { wasAdministrator: 1, defaultRole: 1, metadata: 1, ...COPIES },
        $inc: { revision: 1 },
        $push: { pendingEvents: removed },
      },
    );
  }
  // What they did a moment before they went is in the log before it is looked through.
  await moveEvents(context);
  await moveEventsOf(context, models.User as unknown as Changing, userId);
  await models.Consent.deleteMany({ userId });
  await models.JoinRequest.deleteMany({ userId });
  await models.MailedLink.deleteMany({ userId });
  await eraseInvitations(context, email);
  await deletePicturesOf(context, userId);
  await forgetLastOrganizations(context, userId);
  await erasePersonalEvents(context, userId);
  return async () => {
    // Where an operator has let them in meanwhile; who does so later finds nobody.
    await models.Membership.deleteMany({ userId, ...PRESENT });
    await releaseName(context, 'email', email, userId);
  };
}

/** Those that wait are for whoever bears the address then. */
async function eraseInvitations(context: ServiceContext, email: string): Promise<void> {
  const { models, clock } = context;
  const found = await models.Invitation.find({ email }, { organizationId: 1, status: 1, expiresAt: 1 }).lean();
  for (const invitation of found) {
    if (statusOf(invitation, clock.now()) === 'pending') continue;
    // Their events first, which are found by them.
    await eraseInvited(context, invitation);
    await models.Invitation.deleteOne({ _id: invitation._id });
  }
}
