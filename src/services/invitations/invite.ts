import type { Actor } from '../../access/can.js';
import { isEmailAddress } from '../../lib/email-address.js';
import { conflict, invalid, isDuplicateKey } from '../../lib/errors.js';
import { newId, newSecret } from '../../lib/ids.js';
import { hashSecret } from '../../lib/secrets.js';
import type { Invitation, Organization, User } from '../../models/index.js';
import { actorName, event, type ServiceContext } from '../context.js';
import { findUserByEmail, normalizeEmail } from '../create-user.js';
import { alreadyMember } from '../join-organization.js';
import { PRESENT } from '../reads.js';
import { requirePermission } from '../require.js';
import { type OrganizationVocabulary, vocabularyOf } from '../vocabulary.js';
import { type Gift, requireGivable } from './givable.js';
import { countMail, requireRoom } from './limits.js';
import { mailInvitation } from './mail-invitation.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long an invitation holds unless said otherwise, and at most. Days. */
export const USUAL_DAYS = 7;
export const MOST_DAYS = 365;
/** Characters of what an inviter writes. */
export const MESSAGE_MAX = 1000;

export interface NewInvitation extends Partial<Gift> {
  email: string;
  message?: string | undefined;
  expiresAt?: Date | undefined;
  /** Of the mail, for somebody who has no account that says it. */
  language?: string | undefined;
  applicationId?: string | undefined;
}

export interface Invite {
  organization: Organization;
  /** Where links begin. */
  issuer: string;
}

export const usualEnd = (now: Date) => new Date(now.getTime() + USUAL_DAYS * DAY_MS);

export const linkOf = (issuer: string, secret: string) => `${issuer}/join/invitation/${secret}`;

export const alreadyInvited = (id?: string) =>
  conflict(
    'already_invited',
    'This address is invited already. Send that invitation again, or revoke it first.',
    id ? [{ id }] : undefined,
  );

/**
 * Invites an address, by a mail and by a link for the inviter: two secrets, of which only the mailed one proves the address (R10).
 * @returns the link that is shown this once
 * @throws RollcallError `already_member`, `already_invited`, `too_many_invitations`, `single_role_mode`, `invalid`, `too_many_mails`,
 *   `not_found`, `forbidden`
 */
export async function invite(
  context: ServiceContext,
  actor: Actor,
  { organization, issuer }: Invite,
  input: NewInvitation,
): Promise<{ invitation: Invitation; url: string }> {
  const { models, clock } = context;
  const { _id: organizationId } = organization;
  requirePermission(actor, 'invitations:write', organizationId);
  const vocabulary = await vocabularyOf(context, organization);
  const checked = checkedInput(context, actor, organization, vocabulary, input);
  const user = await requireOutside(context, organizationId, checked.email);
  await requireRoom(context, organizationId);
  await countMail(context, actor, { organizationId, email: checked.email });
  const [mailed, shown] = [newSecret(), newSecret()];
  const now = clock.now();
  const invitation: Invitation = {
    _id: newId('inv'),
    organizationId,
    ...checked,
    status: 'pending',
    open: true,
    mailedHash: hashSecret(mailed),
    shownHash: hashSecret(shown),
    invitedBy: actorName(actor),
    sentAt: now,
    createdAt: now,
    updatedAt: now,
  };
  const created = event(context, actor, 'invitation.created', invitation._id, {
    organizationId,
    after: { email: checked.email, ...namedGift(vocabulary, checked), expiresAt: checked.expiresAt },
  });
  await models.Invitation.create({ ...invitation, pendingEvents: [created] }).catch((error: unknown) => {
    throw isDuplicateKey(error) ? alreadyInvited() : error;
  });
  await mailInvitation(context, { invitation, organization, user, link: linkOf(issuer, mailed) });
  return { invitation, url: linkOf(issuer, shown) };
}

/** What is asked for, as it is kept. @throws RollcallError `invalid`, `single_role_mode`, `forbidden` */
export function checkedInput(
  { clock }: ServiceContext,
  actor: Actor,
  organization: Organization,
  vocabulary: OrganizationVocabulary,
  { roleIds = [], groupIds = [], message = '', language, applicationId, ...input }: NewInvitation,
) {
  const email = normalizeEmail(input.email);
  if (!isEmailAddress(email)) throw invalid('This is no e-mail address. Give one like name@example.com.');
  const gift = { roleIds: [...new Set(roleIds)], groupIds: [...new Set(groupIds)] };
  requireGivable(actor, organization, vocabulary, gift);
  const text = message.trim();
  if ([...text].length > MESSAGE_MAX) throw invalid(`A message has ${MESSAGE_MAX} characters at most.`);
  const now = clock.now();
  const expiresAt = input.expiresAt ?? usualEnd(now);
  if (!(expiresAt > now) || expiresAt.getTime() > now.getTime() + MOST_DAYS * DAY_MS)
    throw invalid(`An invitation ends in the future, within ${MOST_DAYS} days.`);
  return {
    email,
    ...gift,
    expiresAt,
    ...(text ? { message: text } : {}),
    ...(language ? { language } : {}),
    ...(applicationId ? { applicationId } : {}),
  };
}

/**
 * An address that is nobody's here and isn't invited. The same is read whether there is an account or not: that is told to nobody (R13).
 * @returns whose it is
 * @throws RollcallError `already_member` of a suspended or disabled one too; `already_invited`
 */
async function requireOutside(
  context: ServiceContext,
  organizationId: string,
  email: string,
): Promise<User | undefined> {
  const { models, clock } = context;
  const user = await findUserByEmail(context, email);
  const [member, open] = await Promise.all([
    models.Membership.exists({ organizationId, userId: user?._id ?? 'usr_', ...PRESENT }),
    models.Invitation.findOne({ organizationId, email, open: true }, { expiresAt: 1 }).lean(),
  ]);
  if (member) throw alreadyMember();
  if (open && open.expiresAt > clock.now()) throw alreadyInvited(open._id);
  // One that has expired makes room for the next, which another process may be writing too.
  if (open)
    await models.Invitation.updateOne(
      { _id: open._id, open: true, expiresAt: open.expiresAt },
      { $unset: { open: 1 } },
    );
  return user;
}

/** Roles and groups as an event tells them, so that what goes later is still named. */
export const namedGift = (vocabulary: OrganizationVocabulary, { roleIds, groupIds }: Gift) => ({
  ...(roleIds.length
    ? { roles: roleIds.map((roleId) => ({ role: vocabulary.role(roleId)?.key ?? roleId, roleId })) }
    : {}),
  ...(groupIds.length
    ? { groups: groupIds.map((groupId) => ({ group: vocabulary.group(groupId)?.name ?? groupId, groupId })) }
    : {}),
});
