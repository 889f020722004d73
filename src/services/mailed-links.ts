/** Links that are mailed: 256 random bits, stored as a hash, single-use by one conditional update, and for one address of one account. */
import { newSecret } from '../lib/ids.js';
import { hashSecret } from '../lib/secrets.js';
import type { MailedLink, User } from '../models/index.js';
import type { LinkPurpose } from '../models/mailed-link.js';
import type { ServiceContext } from './context.js';
import { isTheirsToUse } from './delete-account.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How long each works, in minutes. */
export const LINK_MINUTES: Readonly<Record<LinkPurpose, number>> = {
  verify: 24 * 60,
  reset: 30,
  'new-address': 24 * 60,
  'old-address': 24 * 60,
};

/** What has the form of a secret; whatever else was asked for opens nothing. */
export const isLinkSecret = (text: string): boolean => /^[\w-]{43}$/.test(text);

/**
 * Makes one. @param email where it goes
 * @returns its secret, which is nowhere else
 */
export async function newLink(
  { models, clock }: ServiceContext,
  purpose: LinkPurpose,
  { userId, email, change }: Pick<MailedLink, 'userId' | 'email' | 'change'>,
): Promise<string> {
  const secret = newSecret();
  const now = clock.now();
  const worksUntil = new Date(now.getTime() + LINK_MINUTES[purpose] * MINUTE);
  await models.MailedLink.create({
    _id: hashSecret(secret),
    purpose,
    userId,
    email,
    ...(change ? { change } : {}),
    createdAt: now,
    worksUntil,
    expiresAt: new Date(worksUntil.getTime() + DAY),
  });
  // A newer link of the same kind ends the older; those that choose a password all work until one did.
  if (purpose === 'verify') await models.MailedLink.deleteMany({ userId, purpose, createdAt: { $lt: now } });
  return secret;
}

/** A link and whose it is. */
export interface OpenedLink {
  link: MailedLink;
  user: User;
}

/**
 * What a link opens: undefined for one that is unknown or too old, or whose account isn't active or bears another address than the one that it
 * was mailed to. A used one is found too. A new password is chosen for a deleted account too, whose person gets it back by signing in: else
 * whoever signs up with another's address and deletes that keeps it from them.
 */
export async function openLink(
  context: ServiceContext,
  secret: string,
  purposes: readonly LinkPurpose[],
): Promise<OpenedLink | undefined> {
  const { models, clock } = context;
  if (!isLinkSecret(secret)) return undefined;
  const link = await models.MailedLink.findById(hashSecret(secret)).lean<MailedLink | null>();
  if (!link || !purposes.includes(link.purpose)) return undefined;
  if (!link.usedAt && link.worksUntil <= clock.now()) return undefined;
  const user = await models.User.findById(link.userId).lean<User | null>();
  if (!user || !(link.purpose === 'reset' ? isTheirsToUse(context, user) : user.status === 'active')) return undefined;
  if (link.purpose !== 'new-address' && user.email !== link.email) return undefined;
  return { link, user };
}

/** Uses a link up: of several at once one does. @returns false where it is used, or too old, by now */
export async function useLink({ models, clock }: ServiceContext, { _id }: Pick<MailedLink, '_id'>): Promise<boolean> {
  const now = clock.now();
  const { modifiedCount } = await models.MailedLink.updateOne(
    { _id, usedAt: { $exists: false }, worksUntil: { $gt: now } },
    { $set: { usedAt: now } },
  );
  return modifiedCount === 1;
}

/** Ends what was mailed to somebody for a purpose and not used: whoever opens one is told that it was used. */
export async function endLinks({ models, clock }: ServiceContext, userId: string, purpose: LinkPurpose): Promise<void> {
  await models.MailedLink.updateMany(
    { userId, purpose, usedAt: { $exists: false } },
    { $set: { usedAt: clock.now() } },
  );
}
