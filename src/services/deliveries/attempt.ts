import { backoffAfter } from '../../lib/backoff.js';
import { newSecret } from '../../lib/ids.js';
import type { Delivery } from '../../models/delivery.js';
import type { ServiceContext } from '../context.js';
import { Deferred, type DeliveryKind, Undeliverable } from './index.js';
import type { Outcome, Targets } from './targets.js';

type Claimed = Delivery & { lease: string };

/**
 * Claims what has been due the longest among the targets whose turn it is, and makes one attempt at it.
 * @param found called when there was one, before the attempt
 */
export async function attemptNext<P extends object>(
  context: ServiceContext,
  kind: DeliveryKind<P>,
  targets: Targets,
  deliver: (payload: P) => Promise<void>,
  found: () => void,
): Promise<void> {
  const claimed = await targets.take((excluded) => claim(context, kind, excluded));
  if (!claimed) return;
  found();
  let outcome: Outcome = 'failed';
  try {
    outcome = await attempt(context, kind, claimed, deliver);
  } finally {
    targets.end(claimed.target, outcome);
  }
}

async function attempt<P extends object>(
  context: ServiceContext,
  kind: DeliveryKind<P>,
  claimed: Claimed,
  deliver: (payload: P) => Promise<void>,
): Promise<Outcome> {
  const { clock, logger } = context;
  const payload = claimed.payload as P;
  const about = { kind: kind.name, attempts: claimed.attempts, ...kind.describe(payload) };
  // A server that was off for long finds what nobody waits for any more.
  if (claimed.expiresAt <= clock.now()) {
    await giveUp(context, claimed, { ...about, reason: 'too old' });
    return 'nothing tried';
  }
  try {
    await deliver(payload);
  } catch (error) {
    const reason = (error as Error).message;
    const next = new Date(clock.now().getTime() + backoffAfter(claimed.attempts, kind.backoff));
    const hopeless = error instanceof Undeliverable;
    if (hopeless || next >= claimed.expiresAt) {
      await giveUp(context, claimed, { ...about, reason });
      return outcomeOf(error);
    }
    logger.warn({ event: 'delivery_failed', ...about, reason, again: next }, 'a delivery failed and is tried again');
    await context.models.Delivery.updateOne(
      { _id: claimed._id, lease: claimed.lease },
      { $set: { dueAt: next }, $unset: { lease: 1 } },
    );
    return outcomeOf(error);
  }
  await context.models.Delivery.deleteOne({ _id: claimed._id, lease: claimed.lease });
  logger.info({ event: 'delivered', ...about }, 'delivered');
  return 'delivered';
}

/** What it says of the target: who has said what is wrong has answered, and what else waits for them may go. */
const outcomeOf = (error: unknown): Outcome =>
  error instanceof Undeliverable || error instanceof Deferred ? 'delivered' : 'failed';

/** One conditional update: of several processes that look at once, one gets it, until its lease ends. */
async function claim<P extends object>(
  { models, clock }: ServiceContext,
  kind: DeliveryKind<P>,
  excluded: string[],
): Promise<Claimed | null> {
  const now = clock.now();
  const lease = newSecret();
  const claimed = await models.Delivery.findOneAndUpdate(
    { kind: kind.name, dueAt: { $lte: now }, ...(excluded.length ? { target: { $nin: excluded } } : {}) },
    { $set: { dueAt: new Date(now.getTime() + kind.lease), lease }, $inc: { attempts: 1 } },
    { sort: { dueAt: 1 }, returnDocument: 'after', lean: true },
  );
  return claimed && { ...(claimed as Delivery), lease };
}

async function giveUp({ models, logger }: ServiceContext, claimed: Claimed, about: object): Promise<void> {
  await models.Delivery.deleteOne({ _id: claimed._id, lease: claimed.lease });
  logger.error({ event: 'delivery_given_up', ...about }, 'a delivery was given up');
}
