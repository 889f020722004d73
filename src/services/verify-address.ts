/** Proving the address of an account by a link that was mailed to it (R10: see `prove-address.ts`). */
import { notFound, RollcallError } from '../lib/errors.js';
import type { User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { sendMail } from './mail/index.js';
import { languageOfUser } from './mail/language-of-user.js';
import { LINK_MINUTES, newLink, type OpenedLink, openLink, useLink } from './mailed-links.js';
import { proveAddress, type Shown } from './prove-address.js';

/** Mails a link to an account's address, which ends earlier ones. Nothing happens where it is verified. */
export async function sendVerification(
  context: ServiceContext,
  user: Pick<User, '_id' | 'email' | 'emailVerified' | 'profile' | 'language'>,
): Promise<void> {
  if (user.emailVerified || !context.mail) return;
  const secret = await newLink(context, 'verify', { userId: user._id, email: user.email });
  await sendMail(context, {
    kind: 'verify-address',
    to: user.email,
    language: languageOfUser(user),
    about: { link: `${context.issuer}/verify/${secret}`, hours: LINK_MINUTES.verify / 60 },
  });
}

/** What a link would prove, while it works. @throws RollcallError `not_found` */
export async function openVerification(context: ServiceContext, secret: string): Promise<OpenedLink> {
  const opened = await openLink(context, secret, ['verify']);
  if (!opened || opened.link.usedAt || opened.user.emailVerified) throw notFound();
  return opened;
}

/**
 * Takes the link as the proof.
 * @returns false where the account's password has to be shown first: nothing has changed, and the link works on
 * @throws RollcallError `not_found` where it doesn't work
 */
export async function verifyAddress(
  context: ServiceContext,
  { link, user }: OpenedLink,
  shown: Shown,
): Promise<boolean> {
  try {
    // The proof first: a process that dies in between leaves a link that works, and proves nothing more.
    if (!(await proveAddress(context, user, shown))) return false;
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'stale') throw notFound();
    throw error;
  }
  await useLink(context, link);
  return true;
}
