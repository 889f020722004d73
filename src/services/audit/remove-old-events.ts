/**
 * Retention: events that are older go, from the beginning of each chain alone. What is left of them is the last one's number and code, from
 * which the rest of the chain is verified. Where it goes to is noted before anything goes, and what was interrupted is gone on with.
 */
import type { AuditChain, AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type ChainKey, placeAt } from './chain.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many events go at once: on the embedded store nobody else writes meanwhile. */
const BATCH = 200;
const CHAINS = 100;

/**
 * @param days how long events are kept
 * @returns how many have gone
 */
export async function removeOldEvents(context: ServiceContext, key: ChainKey, days: number): Promise<number> {
  const before = new Date(context.clock.now().getTime() - days * DAY_MS);
  let removed = 0;
  const seen: string[] = [];
  for (let found = CHAINS; found === CHAINS; ) {
    const due = await context.models.AuditChain.find({ oldest: { $lt: before }, _id: { $nin: seen } }, { _id: 1 })
      .limit(CHAINS)
      .lean();
    found = due.length;
    for (const { _id } of due) {
      removed += await removeFrom(context, key, _id, before);
      seen.push(_id);
    }
  }
  if (removed) context.logger.info({ event: 'audit_removed', count: removed }, 'events are older than AUDIT_RETENTION');
  return removed;
}

async function removeFrom(context: ServiceContext, key: ChainKey, organizationId: string, before: Date) {
  const { AuditChain } = context.models;
  for (let removed = 0; ; ) {
    const chain = await AuditChain.findById(organizationId).lean<AuditChain>();
    if (!chain) return removed;
    if (chain.removing) {
      removed += await finish(context, chain);
      continue;
    }
    const events = await firstEvents(context, chain);
    const old = beginning(events, chain, before);
    const last = old.at(-1);
    if (!last) {
      await noteOldest(context, chain, events[0]);
      if (events[0] && events[0].time < before) tellGap(context, chain, events[0]);
      return removed;
    }
    const removing = placeAt(key, 'removed', organizationId, { number: last.number, mac: last.mac });
    await AuditChain.updateOne(
      { _id: organizationId, removing: { $exists: false }, 'removed.number': chain.removed?.number ?? null },
      { $set: { removing } },
    );
  }
}

type Numbered = Pick<AuditEvent, 'time'> & { number: number; mac: string };

const firstEvents = ({ models }: ServiceContext, { _id, removed }: AuditChain) =>
  models.AuditEvent.find(
    { organizationId: _id, sealed: true, number: { $gt: removed?.number ?? 0 } },
    { time: 1, number: 1, mac: 1 },
  )
    .sort({ number: 1 })
    .limit(BATCH)
    .lean<Numbered[]>();

/** Those at the beginning that are old, up to a gap: what isn't whole stays as it is, so that it is found. */
function beginning(events: readonly Numbered[], { removed }: AuditChain, before: Date): Numbered[] {
  const first = (removed?.number ?? 0) + 1;
  const end = events.findIndex(({ number, time }, index) => number !== first + index || time >= before);
  return end === -1 ? [...events] : events.slice(0, end);
}

/** @returns how many events have gone */
async function finish({ models }: ServiceContext, { _id, removing }: AuditChain): Promise<number> {
  const number = removing?.number ?? 0;
  const { deletedCount } = await models.AuditEvent.deleteMany({
    organizationId: _id,
    sealed: true,
    number: { $lte: number },
  });
  await models.AuditChain.updateOne(
    { _id, 'removing.number': number },
    { $set: { removed: removing }, $unset: { removing: 1 } },
  );
  return deletedCount;
}

/** Unless more was sealed meanwhile: then the next run sees. */
async function noteOldest({ models }: ServiceContext, chain: AuditChain, first: Numbered | undefined): Promise<void> {
  await models.AuditChain.updateOne(
    { _id: chain._id, 'head.number': chain.head.number },
    first ? { $set: { oldest: first.time } } : { $unset: { oldest: 1 } },
  );
}

function tellGap({ logger }: ServiceContext, { _id }: AuditChain, { number }: Numbered): void {
  logger.error(
    { event: 'audit_gap', organizationId: _id, number },
    'events are missing before this one; nothing is removed until that is looked into',
  );
}
