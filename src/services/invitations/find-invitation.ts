/** Finding invitations: by a link's secret, by id within an organization, and those that wait for a person. */
import { notFound } from '../../lib/errors.js';
import { isId } from '../../lib/ids.js';
import { hashSecret } from '../../lib/secrets.js';
import type { Invitation, Organization, User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';

/** As it is shown. */
export type InvitationStatus = Invitation['status'] | 'expired';

/** What is there to be answered until it ends. */
export const statusOf = (
  { status, expiresAt }: Pick<Invitation, 'status' | 'expiresAt'>,
  now: Date,
): InvitationStatus => (status === 'pending' && expiresAt.getTime() <= now.getTime() ? 'expired' : status);

/** An invitation, and by which of its links it was opened. */
export interface Opened {
  invitation: Invitation;
  organization: Organization;
  /** By the mailed one, which only who reads that mail has: it proves the address (R10). */
  mailed: boolean;
}

const WITHOUT_EVENTS = { pendingEvents: 0 } as const;

/**
 * What a link's secret is of, whatever has become of it.
 * @returns undefined for one that is unknown, also while the organization is suspended
 */
export async function invitationBehind(context: ServiceContext, secret: string): Promise<Opened | undefined> {
  const { models } = context;
  const hash = hashSecret(secret);
  const [byMail, shown] = await Promise.all([
    models.Invitation.findOne({ mailedHash: hash }, WITHOUT_EVENTS).lean(),
    models.Invitation.findOne({ shownHash: hash }, WITHOUT_EVENTS).lean(),
  ]);
  const invitation = byMail ?? shown;
  const organization = invitation && (await models.Organization.findById(invitation.organizationId).lean());
  if (!invitation || organization?.status !== 'active') return undefined;
  return { invitation, organization, mailed: byMail !== null };
}

/** The same where it can still be answered. */
export async function openedInvitation(context: ServiceContext, secret: string): Promise<Opened | undefined> {
  const opened = await invitationBehind(context, secret);
  return opened && statusOf(opened.invitation, context.clock.now()) === 'pending' ? opened : undefined;
}

/** @throws RollcallError `not_found` for one that is unknown, or another organization's (R13) */
export async function findInvitation(
  { models }: ServiceContext,
  organizationId: string,
  id: string,
): Promise<Invitation> {
  const found = isId('inv', id)
    ? await models.Invitation.findOne({ _id: id, organizationId }, WITHOUT_EVENTS).lean()
    : null;
  if (!found) throw notFound('There is no such invitation.');
  return found;
}

/** Who may be told of their invitations without a link: somebody whose address is proved (R10). */
type Invited = Pick<User, '_id' | 'email' | 'emailVerified'>;

/** More than anybody is asked into at once. */
const MOST_SHOWN = 50;

/** What waits for a person where they are no member, the newest first: nothing while their address isn't proved. */
export async function invitationsTo(
  { models, clock, reads }: ServiceContext,
  { _id, email, emailVerified }: Invited,
): Promise<{ invitation: Invitation; organization: Organization }[]> {
  if (!emailVerified) return [];
  const open = await models.Invitation.find(
    { email, status: 'pending', expiresAt: { $gt: clock.now() } },
    WITHOUT_EVENTS,
  )
    .limit(MOST_SHOWN)
    .lean();
  if (open.length === 0) return [];
  const member = new Set((await reads.membershipsOf(_id)).map(({ organizationId }) => organizationId));
  const rows = await Promise.all(
    open.map(async (invitation) => ({ invitation, organization: await reads.organization(invitation.organizationId) })),
  );
  return rows
    .flatMap(({ invitation, organization }) =>
      organization?.status === 'active' && !member.has(organization._id) ? [{ invitation, organization }] : [],
    )
    .sort((a, b) => (a.invitation._id < b.invitation._id ? 1 : -1));
}

/** What waits for them in one organization: it counts as "may join" there. */
export async function invitationToJoin(
  context: ServiceContext,
  userId: string,
  organizationId: string,
): Promise<Invitation | undefined> {
  const user = await context.reads.user(userId);
  if (user?.status !== 'active') return undefined;
  const found = await invitationsTo(context, user);
  return found.find(({ organization }) => organization._id === organizationId)?.invitation;
}
