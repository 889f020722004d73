/**
 * A seat among the administrators as a part of a member's change. It stands in another document than the membership, and belongs to active
 * members alone (R2): who gives one looks afterwards whether they still are; who suspends, removes or disables somebody writes that down
 * first, and looks for a seat afterwards. Of two at the same moment one sees the other.
 */
import type { Actor } from '../access/can.js';
import { RollcallError } from '../lib/errors.js';
import { addAdministrator, type MemberKey, removeAdministrator } from './administrators.js';
import type { ServiceContext } from './context.js';
import { PRESENT } from './reads.js';

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
    if (given && error instanceof RollcallError)
      await removeAdministrator(context, actor, organizationId, userId, { parent });
    throw error;
  }
  if (!(await isActiveMember(context, key))) await keepForReturn(context, actor, key, parent);
  return result;
}

/** Takes a seat, where there is one, then makes the change. Where somebody else has changed the member in between, it is theirs again. */
export async function takingSeat<T>(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: MemberKey,
  parent: string | undefined,
  change: () => Promise<T>,
): Promise<T> {
  const taken = await removeAdministrator(context, actor, organizationId, userId, { parent });
  try {
    return await change();
  } catch (error) {
    if (taken && error instanceof RollcallError && error.code === 'stale')
      await addAdministrator(context, actor, organizationId, userId, { parent });
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
    await keepForReturn(context, actor, key, parent);
  } catch (error) {
    await undo();
    throw error;
  }
}

/** Takes the seat of somebody who can't act in it; whoever comes back gets it again. */
async function keepForReturn(
  context: ServiceContext,
  actor: Actor,
  { organizationId, userId }: MemberKey,
  parent: string | undefined,
): Promise<void> {
  if (!(await removeAdministrator(context, actor, organizationId, userId, { parent }))) return;
  await context.models.Membership.updateOne(
    { organizationId, userId, ...PRESENT },
    { $set: { wasAdministrator: true } },
  );
}

/** Makes somebody administrator again who was when they were suspended or disabled, once they are neither. */
export async function takeSeatBack(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  parent: string | undefined,
): Promise<void> {
  if (!(await isActiveMember(context, key))) return;
  await givingSeat(context, actor, key, parent, () =>
    context.models.Membership.updateOne(key, { $unset: { wasAdministrator: 1 } }),
  );
}

async function isActiveMember({ models }: ServiceContext, { organizationId, userId }: MemberKey): Promise<boolean> {
  const [membership, user] = await Promise.all([
    models.Membership.exists({ organizationId, userId, status: 'active' }),
    models.User.exists({ _id: userId, status: 'active' }),
  ]);
  return membership !== null && user !== null;
}
