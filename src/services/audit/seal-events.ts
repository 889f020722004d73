/**
 * Sealing: the events of an organization that have no number yet get theirs, in the order of their ids, and are chained. The decision is
 * the one conditional update that moves the chain's head and says at the same time which events it has given the numbers to; they get
 * theirs afterwards, by conditional writes that whoever comes next repeats where a sealer has died. The lease only keeps several from
 * doing the same work: where two overlap, one's update finds the head moved, and nothing of it counts.
 */
import { isDuplicateKey } from '../../lib/errors.js';
import type { AuditChain, AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type ChainKey, chainStart, digestOf, nextMac, placeAt } from './chain.js';

/** So many get their numbers by one move of the head. On the embedded store nobody else writes while they are written. */
const BATCH = 200;

/** Longer than a batch takes; how long the events of an organization wait where its sealer has died. Milliseconds. */
const LEASE_MS = 10_000;

export interface Sealer {
  key: ChainKey;
  /** A name that no other process has. */
  holder: string;
  /** Is told of each move of a head. */
  moved?: (chain: AuditChain) => void;
}

/** Seals what is in the log, of each organization where nobody else is at it. @returns how many events were sealed */
export async function sealEvents(context: ServiceContext, sealer: Sealer): Promise<number> {
  let sealed = 0;
  for (let after = ''; ; ) {
    const [next] = await context.models.AuditEvent.find({ sealed: false, organizationId: { $gt: after } })
      .select({ organizationId: 1 })
      .sort({ organizationId: 1 })
      .limit(1)
      .lean();
    if (!next) return sealed;
    after = next.organizationId;
    sealed += await sealOrganization(context, sealer, after);
  }
}

async function sealOrganization(context: ServiceContext, sealer: Sealer, organizationId: string): Promise<number> {
  let chain = await takeLease(context, sealer, organizationId);
  if (!chain) return 0;
  let sealed = 0;
  // What a sealer that died has left.
  if (chain.batch) await settle(context, sealer, chain);
  for (let more = true; more; ) {
    const events = await unsealed(context, organizationId);
    more = events.length === BATCH;
    if (events.length === 0) break;
    chain = await moveHead(context, sealer, chain, events);
    if (!chain) return sealed;
    await settle(context, sealer, chain, { release: !more });
    sealed += events.length;
    if (!more) return sealed;
  }
  const { _id } = chain;
  await context.models.AuditChain.updateOne({ _id, 'lease.holder': sealer.holder }, { $unset: { lease: 1 } });
  return sealed;
}

/** The chain, made where it is the first time; undefined while somebody else seals it. */
async function takeLease(
  { models, clock }: ServiceContext,
  { key, holder }: Sealer,
  organizationId: string,
): Promise<AuditChain | undefined> {
  const now = clock.now();
  const start = { number: 0, mac: chainStart(key, organizationId) };
  try {
    const chain = await models.AuditChain.findOneAndUpdate(
      {
        _id: organizationId,
        $or: [{ lease: { $exists: false } }, { 'lease.until': { $lte: now } }, { 'lease.holder': holder }],
      },
      {
        $setOnInsert: { head: placeAt(key, 'head', organizationId, start) },
        $set: { lease: { holder, until: new Date(now.getTime() + LEASE_MS) } },
      },
      { upsert: true, returnDocument: 'after', lean: true, setDefaultsOnInsert: false },
    );
    return (chain as AuditChain | null) ?? undefined;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

const unsealed = ({ models }: ServiceContext, organizationId: string) =>
  models.AuditEvent.collection
    .find<AuditEvent>({ sealed: false, organizationId })
    .sort({ _id: 1 })
    .limit(BATCH)
    .toArray();

/** @returns the chain as it is then; undefined where somebody else has moved its head meanwhile */
async function moveHead(
  { models, clock }: ServiceContext,
  { key, holder, moved }: Sealer,
  { _id, head }: AuditChain,
  events: readonly AuditEvent[],
): Promise<AuditChain | undefined> {
  const batch = { mac: head.mac, events: events.map((event) => ({ id: event._id, digest: digestOf(event) })) };
  const mac = numbered(key, { head, batch }).at(-1)?.mac as string;
  const oldest = new Date(Math.min(...events.map(({ time }) => time.getTime())));
  const chain = await models.AuditChain.findOneAndUpdate(
    { _id, 'head.number': head.number, batch: { $exists: false } },
    {
      $set: {
        head: placeAt(key, 'head', _id, { number: head.number + events.length, mac }),
        batch,
        lease: { holder, until: new Date(clock.now().getTime() + LEASE_MS) },
      },
      $min: { oldest },
    },
    { returnDocument: 'after', lean: true },
  );
  if (chain) moved?.(chain as AuditChain);
  return (chain as AuditChain | null) ?? undefined;
}

/** @param from the head before the batch */
function numbered(key: ChainKey, { head: from, batch }: Required<Pick<AuditChain, 'head' | 'batch'>>) {
  let { number } = from;
  let { mac } = batch;
  return batch.events.map(({ id, digest }) => {
    number += 1;
    mac = nextMac(key, mac, number, digest);
    return { id, digest, number, mac };
  });
}

/** What the last move of the head has given numbers, with them. */
export function numberedBatch(key: ChainKey, { head, batch }: AuditChain) {
  return batch ? numbered(key, { head: { ...head, number: head.number - batch.events.length }, batch }) : [];
}

/** Lets the events bear their numbers; those that do already are left alone. */
async function settle(
  { models }: ServiceContext,
  { key }: Sealer,
  chain: AuditChain,
  { release = false } = {},
): Promise<void> {
  const organizationId = chain._id;
  const writes = numberedBatch(key, chain).map(({ id, ...seal }) => ({
    updateOne: {
      filter: { _id: id as never, organizationId, sealed: false },
      update: { $set: { ...seal, sealed: true } },
    },
  }));
  await models.AuditEvent.collection.bulkWrite(writes, { ordered: false });
  await models.AuditChain.updateOne(
    { _id: organizationId, 'head.number': chain.head.number },
    { $unset: { batch: 1, ...(release ? { lease: 1 } : {}) } },
  );
}
