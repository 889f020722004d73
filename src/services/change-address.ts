/**
 * Another address for one's account. It is asked for with the password, and confirmed by a link at the new address and, where the present one
 * is verified, by one there too; each by somebody who shows that the account is theirs (R10). What waits stands in the account itself, so that
 * each step is one conditional update; the claim moves when both have confirmed.
 */
import { themselves } from '../access/can.js';
import { isEmailAddress } from '../lib/email-address.js';
import { invalid, notFound, RollcallError } from '../lib/errors.js';
import { fault } from '../lib/fault.js';
import { newSecret } from '../lib/ids.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import type { AddressChange } from '../models/user.js';
import type { AskByAddress } from './ask-by-address.js';
import { wrongPassword } from './change-password.js';
import { moveEmail } from './change-user.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships } from './copies.js';
import { normalizeEmail } from './create-user.js';
import { sendMail } from './mail/index.js';
import { languageOfUser } from './mail/language-of-user.js';
import { LINK_MINUTES, newLink, type OpenedLink, openLink } from './mailed-links.js';
import { type Reauthentication, reauthenticate } from './reauthenticate.js';
import type { SignInLimits } from './sign-in-limits.js';

const MINUTE = 60_000;

/** The address can't be taken, by a name that pages have words for. */
const malformed = (reason: 'email-missing' | 'email-malformed' | 'email-same') =>
  invalid('This address can’t be taken.', [fault(reason, 'Enter another address like name@example.com.')]);

/**
 * Asks for another address. Whether it has an account shows nowhere: the mail that goes there says so.
 * @throws RollcallError `invalid` with the fault in `details[0]`: `password-wrong`, `email-missing`, `email-malformed`, `email-same`
 */
export async function askForAddress(
  context: ServiceContext,
  { limits, ask }: { limits: SignInLimits; ask: AskByAddress },
  shown: Reauthentication & { signIn: string },
  { email: typed, language }: { email: string; language: string },
): Promise<void> {
  const email = normalizeEmail(typed);
  if (!email) throw malformed('email-missing');
  if (!isEmailAddress(email)) throw malformed('email-malformed');
  if (email === shown.user.email) throw malformed('email-same');
  const user = await reauthenticate(context, limits, shown);
  if (!user) throw wrongPassword();
  const { models, clock } = context;
  const { _id: userId } = user;
  const now = clock.now();
  const change: AddressChange = {
    id: newSecret(),
    email,
    signIn: shown.signIn,
    newConfirmed: false,
    oldConfirmed: !user.emailVerified,
    worksUntil: new Date(now.getTime() + LINK_MINUTES['new-address'] * MINUTE),
  };
  const asked = event(context, themselves(userId), 'user.address_change_asked', userId, { after: { email } });
  const { matchedCount } = await models.User.updateOne(
    { _id: userId, email: user.email, passwordHash: user.passwordHash, status: 'active' },
    { $set: { addressChange: change, updatedAt: now }, $push: { pendingEvents: asked } },
  );
  forgetReads();
  if (matchedCount !== 1) throw wrongPassword();
  await ask({ kind: 'new-address', email, language: languageOfUser(user)[0] ?? language, userId, change: change.id });
  if (user.emailVerified) await mailOld(context, user, change);
}

async function mailOld(context: ServiceContext, user: User, { id: change, email }: AddressChange): Promise<void> {
  const secret = await newLink(context, 'old-address', { userId: user._id, email: user.email, change });
  await sendMail(context, {
    kind: 'confirm-old-address',
    to: user.email,
    language: languageOfUser(user),
    about: { link: `${context.issuer}/verify/${secret}`, hours: LINK_MINUTES['old-address'] / 60, email },
  });
}

/** What waits, while it does. */
export const waitingChange = (
  { clock }: ServiceContext,
  { addressChange }: Pick<User, 'addressChange'>,
): AddressChange | undefined => (addressChange && addressChange.worksUntil > clock.now() ? addressChange : undefined);

/** Ends what waits; its links are dead then. */
export async function cancelAddressChange(context: ServiceContext, { _id }: Pick<User, '_id'>): Promise<void> {
  const cancelled = event(context, themselves(_id), 'user.address_change_cancelled', _id);
  await context.models.User.updateOne(
    { _id, 'addressChange.id': { $exists: true } },
    { $unset: { addressChange: 1 }, $push: { pendingEvents: cancelled } },
  );
  forgetReads();
}

/** A link that confirms a change, and the change. */
export interface OpenedChange extends OpenedLink {
  change: AddressChange;
}

/** What a link would confirm, while it does. @throws RollcallError `not_found` */
export async function openAddressChange(context: ServiceContext, secret: string): Promise<OpenedChange> {
  const opened = await openLink(context, secret, ['new-address', 'old-address']);
  const change = opened && waitingChange(context, opened.user);
  if (!opened || !change || change.id !== opened.link.change) throw notFound();
  const { newConfirmed, oldConfirmed } = change;
  const done = opened.link.purpose === 'new-address' ? newConfirmed : oldConfirmed;
  // Both, and still here: whoever came last has died before the address had moved, and coming again ends it.
  if (done && !(newConfirmed && oldConfirmed)) throw notFound();
  return { ...opened, change };
}

/** Whether who opened the link has shown that the account is theirs; else its password is asked for. */
export const confirmsAlone = (
  { change }: OpenedChange,
  { signIn, password = false }: { signIn?: string | undefined; password?: boolean },
): boolean => password || change.signIn === signIn;

/**
 * Confirms a change by one of its links. To be called once `confirmsAlone`.
 * @returns whether the account bears the new address now; false where the other address has to confirm too
 * @throws RollcallError `not_found` where it was cancelled or replaced meanwhile; `email_taken`, `email_in_progress`
 */
export async function confirmAddressChange(
  context: ServiceContext,
  { link, user, change }: OpenedChange,
): Promise<boolean> {
  const field = link.purpose === 'new-address' ? 'addressChange.newConfirmed' : 'addressChange.oldConfirmed';
  const confirmed = await context.models.User.findOneAndUpdate(
    { _id: user._id, email: user.email, 'addressChange.id': change.id, status: 'active' },
    { $set: { [field]: true } },
    { returnDocument: 'after', lean: true },
  );
  forgetReads();
  const waiting = (confirmed as User | null)?.addressChange;
  if (!waiting) throw notFound();
  if (!waiting.newConfirmed || !waiting.oldConfirmed) return false;
  await move(context, user, waiting);
  return true;
}

async function move(context: ServiceContext, user: User, { id, email }: AddressChange): Promise<void> {
  const { models, clock } = context;
  const { _id } = user;
  const now = clock.now();
  const moved = await moveEmail(context, user, email).catch(async (error: unknown) => {
    // Nothing comes of it any more.
    if (error instanceof RollcallError && error.code === 'email_taken')
      await models.User.updateOne({ _id, 'addressChange.id': id }, { $unset: { addressChange: 1 } });
    throw error;
  });
  const changed = event(context, themselves(_id), 'user.address_changed', _id, {
    before: { email: user.email },
    after: { email },
  });
  const { modifiedCount } = await models.User.updateOne(
    { _id, email: user.email, 'addressChange.id': id },
    {
      $set: { email, emailVerified: true, updatedAt: now },
      $unset: { addressChange: 1, madeIn: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: changed },
    },
  );
  await copyToMemberships(context, _id);
  forgetReads();
  if (modifiedCount !== 1) {
    // Somebody at the same moment: theirs has told it. Else the change has ended before it could be made.
    if (await models.User.exists({ _id, email })) return;
    throw notFound();
  }
  await moved.free();
  // Whoever bears an address that they never proved isn't told there.
  if (user.emailVerified)
    await sendMail(context, {
      kind: 'address-changed',
      to: user.email,
      language: languageOfUser(user),
      about: { at: now, email },
    });
}
