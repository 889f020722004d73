import type { Actor } from '../../access/can.js';
import type { BulkBefore } from '../../models/bulk-item.js';
import type { BulkItem, BulkOperation } from '../../models/index.js';
import type { MemberKey } from '../administrators.js';
import { type ChangeOptions, type MemberChange, type MemberState, memberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import type { MembershipWriter } from '../write-memberships.js';
import { ACTIONS, beforeOf, markOf } from './actions.js';
import { eventOf, finishInterrupted, seatHasMoved } from './recover.js';
import { CHANGED_SINCE, NOT_A_MEMBER, NOT_IN_FILTER, type Refusal, refusalOf } from './refusals.js';
import { restoring } from './restore.js';
import { matches } from './select.js';

/** What became of a member. */
export type Outcome =
  | { result: 'changed'; before: BulkBefore | undefined }
  | { result: 'already' }
  | ({ result: 'refused' } & Refusal);

/** One member's part, and who carries it out. */
export interface Attempt {
  context: ServiceContext;
  actor: Actor;
  operation: BulkOperation;
  item: BulkItem;
  /** A process that was at it before has died: what it did to the member may be half of it. */
  doubtful: boolean;
  /** Shared by those who are changed at once; absent for an administrator's seat, which is changed by itself. */
  writer?: MembershipWriter;
}

const refused = (refusal: Refusal): Outcome => ({ result: 'refused', ...refusal });

/**
 * Changes one member, once however often it is called and by however many: what has happened is told by the event's id.
 * @throws what was no refusal: then it is to be tried again
 */
export async function attempt(one: Attempt): Promise<Outcome> {
  const { context, operation, item } = one;
  if (item.userId === undefined) return refused(NOT_A_MEMBER);
  const key = { organizationId: operation.organizationId, userId: item.userId };
  try {
    const state = await memberState(context, key);
    return (await settledBefore(one, key, state)) ?? (await change(one, key, state));
  } catch (error) {
    return refused(refusalOf(error));
  }
}

/** What changed last of what this is about. */
const lastOf = ({ operation }: Attempt, { membership }: MemberState) =>
  membership.changed?.[markOf(operation.action)] ?? null;

/** Whether this change was made already: by another process, or by one that died before it said so. */
async function happened(one: Attempt, state: MemberState): Promise<boolean> {
  const { context, item } = one;
  const last = lastOf(one, state);
  if (last === item.eventId) return true;
  // Untouched since it was previewed. Otherwise somebody may have changed it since, or behind this operation.
  if (last === item.seen) return false;
  return (await eventOf(context, item)) !== undefined;
}

async function settledBefore(one: Attempt, key: MemberKey, state: MemberState): Promise<Outcome | undefined> {
  const { context, actor, operation, item } = one;
  if (!isSame(one, state)) return refused(NOT_A_MEMBER);
  if (!(await happened(one, state))) return undefined;
  const event = await eventOf(context, item);
  if (event && lastOf(one, state) === item.eventId) await finishInterrupted(context, actor, key, { event, state });
  return { result: 'changed', before: event && beforeOf(operation.action, event.before) };
}

/** Who was removed and has joined again is somebody new. */
const isSame = ({ item }: Attempt, { membership }: MemberState) =>
  membership._id === item.membershipId && membership.createdAt.getTime() === item.memberSince?.getTime();

/** Of an undo: whether this is still as the operation that is undone has left it. */
const isAsLeft = (one: Attempt, state: MemberState) =>
  one.operation.undoOf === undefined || lastOf(one, state) === one.item.seen;

async function change(one: Attempt, key: MemberKey, state: MemberState): Promise<Outcome> {
  const { context, actor, operation, item, doubtful, writer } = one;
  if (!isAsLeft(one, state)) return refused(CHANGED_SINCE);
  const interrupted = doubtful && (await seatHasMoved(context, operation, item));
  // Asked once: the change itself may move them out of the filter in two steps.
  if (!interrupted && operation.filter && !(await matches(context, operation.filter, state)))
    return refused(NOT_IN_FILTER);
  const step = operation.undoOf ? restoring(context, operation.action, item, state) : operation.action;
  if ('code' in step) return refused(step);
  let made: MemberChange | undefined;
  const options: ChangeOptions = {
    parent: operation.eventId,
    eventId: item.eventId,
    interrupted,
    ...(writer ? { state, writer } : {}),
    onlyIf: async (now) => isSame(one, now) && isAsLeft(one, now) && !(await happened(one, now)),
    onChange: (change) => {
      made = change;
    },
  };
  if (await ACTIONS[step.kind].perform(context, actor, key, step, options))
    return { result: 'changed', before: beforeOf(step, made?.before) };
  const after = await memberState(context, key);
  const settled = await settledBefore(one, key, after);
  return settled ?? (isAsLeft(one, after) ? { result: 'already' } : refused(CHANGED_SINCE));
}
