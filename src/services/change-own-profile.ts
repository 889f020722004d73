import type { Actor } from '../access/can.js';
import { notFound, stale } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import type { User } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships } from './copies.js';
import { ownerOf } from './owner-of.js';

/** What people say of themselves. */
export interface OwnProfile {
  name: string;
  /** The standard claim, a BCP 47 tag that pages can be shown in; null: as the browser says. */
  locale: string | null;
  /** The standard claim, a name of the time zone database; null: as the browser says. */
  zoneinfo: string | null;
}

/** What a profile says now. */
export const ownProfileOf = ({ name, profile }: Pick<User, 'name' | 'profile'>): OwnProfile => ({
  name,
  locale: typeof profile?.locale === 'string' ? profile.locale : null,
  zoneinfo: typeof profile?.zoneinfo === 'string' ? profile.zoneinfo : null,
});

/**
 * Changes one's own profile. Other claims of it, which an operator or a provisioning file has set, stay as they are.
 * @param revision of what the form was made of
 * @returns whether something has changed
 * @throws RollcallError `stale`, `not_found`, `forbidden`
 */
export async function changeOwnProfile(
  context: ServiceContext,
  actor: Actor,
  wanted: OwnProfile,
  { revision }: { revision: number },
): Promise<boolean> {
  const _id = ownerOf(actor);
  const { models, clock } = context;
  const user = await models.User.findById(_id, { name: 1, profile: 1, revision: 1, status: 1 }).lean();
  if (user?.status !== 'active') throw notFound();
  if (revision !== (user.revision ?? 0)) throw stale();
  const present = ownProfileOf(user);
  const changed = (['name', 'locale', 'zoneinfo'] as const).filter((one) => wanted[one] !== present[one]);
  if (changed.length === 0) return false;
  const of = (profile: OwnProfile) => Object.fromEntries(changed.map((one) => [one, profile[one]]));
  const pathOf = (one: keyof OwnProfile) => (one === 'name' ? one : `profile.${one}`);
  const set = changed.filter((one) => wanted[one] !== null).map((one) => [pathOf(one), wanted[one]]);
  const unset = changed.filter((one) => wanted[one] === null).map((one) => [pathOf(one), 1]);
  const { matchedCount } = await models.User.updateOne(
    { _id, status: 'active', revision: revision || null },
    {
      $set: { ...Object.fromEntries(set), updatedAt: clock.now() },
      ...(unset.length ? { $unset: Object.fromEntries(unset) } : {}),
      $inc: { revision: 1 },
      $push: { pendingEvents: event(context, actor, 'user.changed', _id, { before: of(present), after: of(wanted) }) },
    },
  );
  if (matchedCount !== 1) throw stale();
  await copyToMemberships(context, _id);
  forgetReads();
  return true;
}
