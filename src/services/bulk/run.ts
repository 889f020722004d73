/** Carries operations out, a batch of members at a time. A batch is claimed by one conditional update, which holds for a lease. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../access/can.js';
import { isStoreAway, RollcallError } from '../../lib/errors.js';
import { newSecret } from '../../lib/ids.js';
import { itemsFrom } from '../../models/bulk-item.js';
import type { BulkItem, BulkOperation } from '../../models/index.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import type { ServiceContext } from '../context.js';
import { writeTogether } from '../write-memberships.js';
import { ACTIONS } from './actions.js';
import { actorToday } from './actor.js';
import { type Attempt, attempt, type Outcome } from './attempt.js';
import { countsOf, difference } from './counts.js';
import { finish, skipRest } from './finish.js';
import { keepOutcomes } from './keep-outcomes.js';
import { requireMayAct } from './may-act.js';
import { prepareUndo } from './undo.js';

/** Members of one batch … */
const BATCH = 100;
/** … and how many of them are changed at once where each takes commands of its own: the requests need connections to the store as well. */
const PARALLEL = 10;
/** After this another process may take a batch over, in milliseconds. That both then are at it changes nobody twice. */
const LEASE_MS = 5000;
/** How long nothing is done after a batch, as a share of what it took: that time is the requests'. */
const PAUSE = 2;
const LONGEST_PAUSE_MS = 500;

/** An operation whose next batch is this process's. */
export interface Claimed {
  operation: BulkOperation;
  lease: string;
  /** Whoever had it before didn't give it back. */
  doubtful: boolean;
}

/** Carries out one batch of whichever operation has waited longest. @returns whether there was one */
export async function runBatch(context: ServiceContext): Promise<boolean> {
  const claimed = await claim(context);
  if (!claimed) return false;
  const began = performance.now();
  await workOn(context, claimed);
  await sleep(Math.min((performance.now() - began) * PAUSE, LONGEST_PAUSE_MS));
  return true;
}

async function claim({ models, clock }: ServiceContext): Promise<Claimed | undefined> {
  const now = clock.now();
  const lease = newSecret();
  const operation = await models.BulkOperation.findOneAndUpdate(
    { dueAt: { $lte: now } },
    { $set: { dueAt: new Date(now.getTime() + LEASE_MS), lease } },
    { sort: { dueAt: 1 }, returnDocument: 'before', lean: true, projection: { pendingEvents: 0 } },
  );
  return operation
    ? { operation: operation as BulkOperation, lease, doubtful: operation.lease !== undefined }
    : undefined;
}

async function workOn(context: ServiceContext, claimed: Claimed): Promise<void> {
  const { operation } = claimed;
  if (operation.status === 'preparing') return prepareUndo(context, claimed);
  if (operation.ending) return skipRest(context, claimed, operation.ending);
  const actor = await actorToday(context, operation.actor, operation.organizationId);
  const refusal = await whyNot(context, actor, operation);
  if (refusal) return skipRest(context, claimed, { status: 'stopped', code: refusal });
  const items = await context.models.BulkItem.find(itemsFrom(operation._id, operation.next))
    .sort({ _id: 1 })
    .limit(BATCH)
    .lean();
  if (items.length === 0) return finish(context, claimed, 'done');
  await changeAll(context, actor, claimed, items);
}

/** The code of what is in the way of whoever applied it, where they have lost the right meanwhile. */
async function whyNot(context: ServiceContext, actor: Actor, operation: BulkOperation): Promise<string | undefined> {
  try {
    await requireMayAct(context, actor, operation.organizationId, operation.action);
    return undefined;
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    return error.code === 'not_found' ? 'forbidden' : error.code;
  }
}

async function changeAll(
  context: ServiceContext,
  actor: Actor,
  claimed: Claimed,
  items: readonly BulkItem[],
): Promise<void> {
  const { operation, doubtful } = claimed;
  const open = items.filter(({ done }) => !done);
  const outcomes = new Map<string, Outcome>();
  const reach = async (item: BulkItem, together: Pick<Attempt, 'writer'> = {}) => {
    outcomes.set(item._id, await outcomeOf({ context, actor, operation, item, doubtful, ...together }));
  };
  const organization = await context.reads.organization(operation.organizationId);
  // One seat at a time, in their order: so that who is the last administrator doesn't depend on who was faster.
  const seated = new Set(organization?.administrators);
  const inTurn = open.filter((one) => operation.action.roleId === ADMIN_ROLE_ID || seated.has(one.userId ?? ''));
  const atOnce = open.filter((one) => !inTurn.includes(one));
  const together = ACTIONS[operation.action.kind].about === 'status' ? {} : { writer: writeTogether(context) };
  const parallel = together.writer ? BATCH : PARALLEL;
  for (let from = 0; from < atOnce.length; from += parallel)
    await Promise.all(atOnce.slice(from, from + parallel).map((item) => reach(item, together)));
  for (const item of inTurn) await reach(item);
  await keepOutcomes(context, outcomes);
  await release(context, claimed, items, outcomes);
}

/** A defect in one member's change is that one's: the log says it, and the others go on. */
async function outcomeOf(one: Parameters<typeof attempt>[0]): Promise<Outcome> {
  try {
    return await attempt(one);
  } catch (error) {
    if (isStoreAway(error) || /^Mongo/.test((error as Error)?.name ?? '') || error instanceof RollcallError)
      throw error;
    const { context, operation, item } = one;
    context.logger.error(
      { event: 'bulk_failed', operation: operation._id, item: item.sequence, err: error },
      'an entry of a bulk operation failed',
    );
    return { result: 'refused', code: 'server_error', message: 'Something went wrong here. The log says more.' };
  }
}

/** Gives the operation back for its next batch. Where the lease was lost, somebody else has it, and this changes nothing. */
async function release(
  { models, clock }: ServiceContext,
  { operation, lease }: Claimed,
  items: readonly BulkItem[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const before = countsOf(items.filter(({ _id }) => outcomes.has(_id)));
  const more = difference(before, countsOf([...outcomes.values()]));
  await models.BulkOperation.updateOne(
    { _id: operation._id, lease },
    {
      $set: { dueAt: clock.now(), next: (items.at(-1) as BulkItem).sequence + 1 },
      ...(more.length ? { $inc: Object.fromEntries(more.map(([name, count]) => [`counts.${name}`, count])) } : {}),
      $unset: { lease: 1 },
    },
  );
}
