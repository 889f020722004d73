/**
 * What lists need of a user stands in each of their memberships too, so that a list is read from one index and shows its rows without
 * another query. The copies follow the user: whoever changes one calls `copyToMemberships` afterwards, and where a process dies between the
 * two, it is done before the change's event is moved to the log (`audit/move-events.ts`).
 */
import { sortNameOf, wordsOf } from '../lib/words.js';
import type { Membership, Models, Organization, User } from '../models/index.js';

/** What is copied, or made of it. */
export type Copied = Pick<User, '_id' | 'name' | 'email' | 'status' | 'picture'>;
export const COPIED = { name: 1, email: 1, status: 1, picture: 1 } as const;

/** By what a user is sorted and found: stands in the user's own document. */
export const findableUser = ({
  _id,
  name,
  email,
}: Omit<Copied, 'status' | 'picture'>): Required<Pick<User, 'sortName' | 'words'>> => ({
  sortName: sortNameOf(name, _id),
  words: wordsOf(name, email),
});

/** By what an organization is found: its name and its slug. */
export const findableOrganization = ({
  _id,
  name,
  slug,
}: Pick<Organization, '_id' | 'name' | 'slug'>): Required<Pick<Organization, 'sortName' | 'words'>> => ({
  sortName: sortNameOf(name, _id),
  words: wordsOf(`${name} ${slug}`),
});

/** What a membership holds of its user. */
export const copiesOf = (
  user: Copied,
): Required<Pick<Membership, 'sortName' | 'words' | 'name' | 'email' | 'userStatus' | 'picture'>> => ({
  ...findableUser(user),
  name: user.name,
  email: user.email,
  userStatus: user.status,
  picture: user.picture ?? null,
});

/** Who is copied, as they are now. */
export const readCopied = async ({ models }: { models: Models }, userId: string): Promise<Copied | undefined> =>
  (await models.User.findById(userId, COPIED).lean<Copied | null>()) ?? undefined;

export const isSameCopy = (a: Copied | undefined, b: Copied | undefined): boolean =>
  a?.name === b?.name &&
  a?.email === b?.email &&
  a?.status === b?.status &&
  (a?.picture ?? null) === (b?.picture ?? null);

/**
 * Brings the memberships of a user, and by what they are found, up to what the user is now. Of several who do so at once, each looks once
 * more after it has written, so that the last to write leaves what is true.
 */
export async function copyToMemberships(context: { models: Models }, userId: string): Promise<void> {
  const { User, Membership } = context.models;
  let user = await readCopied(context, userId);
  while (user) {
    await Promise.all([
      User.updateOne({ _id: userId }, { $set: findableUser(user) }),
      Membership.updateMany({ userId }, { $set: copiesOf(user) }),
    ]);
    const now = await readCopied(context, userId);
    if (isSameCopy(user, now)) return;
    user = now;
  }
}
