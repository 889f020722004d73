import type { Invitation, Organization, User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { sendMail } from '../mail/index.js';
import { languageOfUser } from '../mail/language-of-user.js';

interface Mailed {
  invitation: Invitation;
  organization: Pick<Organization, 'name'>;
  /** Whose address it is; undefined where nobody has an account with it. */
  user: Pick<User, 'profile' | 'language'> | undefined;
  link: string;
}

/** Mails the link that proves the address, in the language of whoever it is for where they have said one. */
export async function mailInvitation(
  context: ServiceContext,
  { invitation, organization, user, link }: Mailed,
): Promise<void> {
  const { email, invitedBy, message, expiresAt, language } = invitation;
  const inviter = invitedBy.startsWith('usr_') ? await context.reads.user(invitedBy) : undefined;
  await sendMail(context, {
    kind: 'invitation',
    to: email,
    language: [...(user ? languageOfUser(user) : []), ...(language ? [language] : [])],
    about: {
      link,
      organization: organization.name,
      inviter: inviter?.name ?? null,
      message: message ?? null,
      until: expiresAt,
    },
    expiresAt,
  });
}
