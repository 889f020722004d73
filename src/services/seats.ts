/**
 * A seat among the administrators as a part of a member's change. It stands in another document than the membership, and belongs to active
 * members alone (R2): who gives one looks afterwards whether they still are; who suspends, removes or disables somebody writes that down
 * first, and looks for a seat afterwards. Of two at the same moment one sees the other.
 */
import type { Actor } from '../access/can.js';
import { RollcallError, stale } from '../lib/errors.js';
import { forgetReads } from '../lib/read-once.js';
import { addAdministrator, type MemberKey, removeAdministrator } from './administrators.js';
import type { ServiceContext } from './context.js';
import { PRESENT } from './reads.js';

/** How often a member is read anew because somebody else changed them meanwhile. */
const ATTEMPTS = 50;

/** Gives a seat, then makes the change that it is a part of. Where that is refused, the seat goes again. */
export async function givingSeat<T>(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
  change: () => Promise<T>,
): Promise<T> {
  const { organizationId, userId } = key;
  const given = await addAdministrator(context, actor, organizationId, userId, { parent });
  let result: T;
  try {
    result = await change();
  } catch (error) {
    if (given && error instanceof RollcallError) await takeAgain(context, actor, key, parent);
    throw error;
  }
  if (!(await isActiveMember(context, key))) {
    if (given ? await takeAgain(context, actor, key, parent) : await takeSeat(context, actor, key, parent))
      await markForReturn(context, key);
  }
  return result;
}

/**
 * Takes a seat that was given here a moment ago. Where everybody else has gone meanwhile, an active member keeps it (R2); who isn't one was
 * never the administrator that the organization needs, and holds none.
 * @returns whether it was taken
 */
async function takeAgain(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
): Promise<boolean> {
  try {
    return await takeSeat(context, actor, key, parent);
  } catch (error) {
    if (!(error instanceof RollcallError && error.code === 'last_administrator')) throw error;
    if (await isActiveMember(context, key)) return false;
    return removeAdministrator(context, actor, key.organizationId, key.userId, { parent, force: true });
  }
}

const takeSeat = (context: ServiceContext, actor: Actor, key: MemberKey, parent: string | undefined) =>
  removeAdministrator(context, actor, key.organizationId, key.userId, { parent });

/** Takes a seat, where there is one, then makes the change. Where that is refused, it is theirs again, if they are still there. */
export async function takingSeat<T>(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
  change: (taken: boolean) => Promise<T>,
): Promise<T> {
  const taken = await takeSeat(context, actor, key, parent);
  try {
    return await change(taken);
  } catch (error) {
    // A refusal comes before the membership is written. Of anything else, nobody knows whether it is.
    if (taken && error instanceof RollcallError && error.code !== 'not_found')
      await givingSeat(context, actor, key, parent, async () => {});
    throw error;
  }
}

/**
 * For who has suspended, removed or disabled somebody: a seat that was given meanwhile goes too.
 * @param undo where nobody else is administrator any more
 * @throws `last_administrator`
 */
export async function leaveNoSeat(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
  undo: () => Promise<unknown>,
): Promise<void> {
  try {
    if (await takeSeat(context, actor, key, parent)) await markForReturn(context, key);
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Whoever comes back gets the seat again that was taken because they couldn't act in it. */
export async function markForReturn({ models }: ServiceContext, key: MemberKey): Promise<void> {
  await models.Membership.updateOne(
    { ...key, ...PRESENT },
    { $set: { wasAdministrator: true }, $inc: { revision: 1 } },
  );
  forgetReads();
}

/**
 * Makes somebody administrator again who was when they were suspended or disabled, once they are neither. The mark goes only while the
 * member is who was read: whoever suspends or disables them again, or takes the role, at the same moment has the last word.
 */
export async function takeSeatBack(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
): Promise<void> {
  const { Membership } = context.models;
  const marked = { ...key, status: 'active', wasAdministrator: true } as const;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const read = await Membership.findOne(marked, { revision: 1 }).lean();
    if (!read || !(await isActiveMember(context, key))) return;
    try {
      await givingSeat(context, actor, key, parent, async () => {
        const { matchedCount } = await Membership.updateOne(
          { ...marked, revision: read.revision ?? null },
          { $unset: { wasAdministrator: 1 }, $inc: { revision: 1 } },
        );
        if (matchedCount !== 1) throw stale();
      });
      return forgetReads();
    } catch (error) {
      if (!(error instanceof RollcallError && error.code === 'stale')) throw error;
    }
  }
}

export async function isActiveMember(
  { models }: ServiceContext,
  { organizationId, userId }: MemberKey,
): Promise<boolean> {
  const [membership, user] = await Promise.all([
    models.Membership.exists({ organizationId, userId, status: 'active' }),
    models.User.exists({ _id: userId, status: 'active' }),
  ]);
  return membership !== null && user !== null;
}
