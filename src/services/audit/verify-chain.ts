/**
 * Verifying: an organization's events are read in the order of their numbers, and what sealing wrote is computed again. It reads alone, and
 * events may be sealed meanwhile.
 */
import type { AuditChain, AuditEvent } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import type { ChainKey } from './chain.js';
import { ChainWalk, type Fault, type KnownHeads, type Sealed } from './chain-walk.js';
import { numberedBatch } from './seal-events.js';

export type { Fault, KnownHeads };

export interface ChainReport {
  organizationId: string;
  /** Of the first event that is there: 1, unless older ones were removed for their age. Null: none is. */
  first: number | null;
  /** Of the last that was sealed. 0: none was. */
  last: number;
  /** How many events were looked at. */
  verified: number;
  /** Events that have no number yet. */
  unsealed: number;
  /** The first hundred of `faultCount`. */
  faults: readonly Fault[];
  faultCount: number;
}

type Context = Pick<ServiceContext, 'models'>;

const BATCH = 500;

/** How often a chain is read anew because events were removed for their age meanwhile. */
const ATTEMPTS = 5;

/** Verifies one organization's chain. @param known heads of it that were written down elsewhere, as in the log output */
export async function verifyChain(
  context: Context,
  key: ChainKey,
  organizationId: string,
  known: KnownHeads = new Map(),
): Promise<ChainReport> {
  const begin = async () => {
    const chain = await context.models.AuditChain.findById(organizationId).lean<AuditChain>();
    return (chain?.removing ?? chain?.removed)?.number;
  };
  for (let attempt = 1; ; attempt += 1) {
    const before = await begin();
    const report = await verifyOnce(context, key, organizationId, known);
    if (report.faultCount === 0 || attempt === ATTEMPTS || (await begin()) === before) return report;
  }
}

async function verifyOnce(
  context: Context,
  key: ChainKey,
  organizationId: string,
  known: KnownHeads,
): Promise<ChainReport> {
  const { models } = context;
  const unsealed = await models.AuditEvent.countDocuments({ sealed: false, organizationId });
  const chain = await models.AuditChain.findById(organizationId).lean<AuditChain>();
  const walk = new ChainWalk(key, chain ?? { _id: organizationId }, known);
  const { head } = chain ?? {};
  if (chain && head) {
    for await (const event of sealedEvents(context, organizationId, walk.next - 1)) {
      if (event.number > head.number) break;
      if (event.number > walk.next) await fill(context, key, chain, walk, event.number - 1);
      walk.event(event);
    }
    if (walk.next <= head.number) await fill(context, key, chain, walk, head.number);
  }
  walk.end();
  for (const { number, _id } of await unchained(context, organizationId, chain)) walk.inserted(number ?? null, _id);
  const { first, verified, faults, faultCount } = walk;
  return { organizationId, first, last: head?.number ?? 0, verified, unsealed, faults, faultCount };
}

/** Every organization that has events or a chain, `system` too. */
export async function* organizationsWithEvents({ models }: Context): AsyncGenerator<string> {
  const next = async (after: string) => {
    const [[event], [chain]] = await Promise.all([
      models.AuditEvent.find({ organizationId: { $gt: after } }, { organizationId: 1 })
        .sort({ organizationId: 1 })
        .limit(1)
        .lean(),
      models.AuditChain.find({ _id: { $gt: after } }, { _id: 1 })
        .sort({ _id: 1 })
        .limit(1)
        .lean(),
    ]);
    return [event?.organizationId, chain?._id].filter((id) => id !== undefined).sort()[0];
  };
  for (let id = await next(''); id !== undefined; id = await next(id)) yield id;
}

async function* sealedEvents({ models }: Context, organizationId: string, after: number): AsyncGenerator<Sealed> {
  let number = after;
  const seen = new Set<string>();
  for (;;) {
    // From the last number on, which another event may have too.
    const events = (await models.AuditEvent.collection
      .find({ organizationId, sealed: true, number: { $gte: number } })
      .sort({ number: 1 })
      .limit(BATCH)
      .toArray()) as unknown as Sealed[];
    const fresh = events.filter((event) => event.number > after && !seen.has(event._id));
    yield* fresh;
    const last = fresh.at(-1);
    if (!last) return;
    number = last.number;
    seen.clear();
    for (const event of fresh) if (event.number === number) seen.add(event._id);
  }
}

/** Of numbers that no event bears: those that the head's last move has given are there, and are about to; the others are missing. */
async function fill(context: Context, key: ChainKey, chain: AuditChain, walk: ChainWalk, until: number): Promise<void> {
  for (const seal of numberedBatch(key, chain)) {
    if (seal.number < walk.next || seal.number > until) continue;
    const event = (await context.models.AuditEvent.collection.findOne({ _id: seal.id } as object)) as AuditEvent | null;
    if (!event || event.organizationId !== chain._id) continue;
    if (seal.number > walk.next) walk.missing(seal.number - 1);
    walk.settling(event, seal);
  }
  if (walk.next <= until) walk.missing(until);
}

/** Events that claim to be sealed where the chain has no place for them: behind its end, before its beginning, or without a number. */
async function unchained(
  { models }: Context,
  organizationId: string,
  chain: AuditChain | null,
): Promise<Pick<AuditEvent, '_id' | 'number'>[]> {
  const begin = chain?.removed?.number ?? 0;
  const find = (number: object | null, direction: 1 | -1) =>
    models.AuditEvent.find({ organizationId, sealed: true, number }, { number: 1 })
      .sort({ number: direction })
      .limit(BATCH)
      .lean<Pick<AuditEvent, '_id' | 'number'>[]>();
  const [before, without, behind] = await Promise.all([
    find({ $lte: begin }, 1),
    find(null, 1),
    find({ $gt: chain?.head.number ?? 0 }, -1),
  ]);
  // A head moves before an event has its number: one that is read now covers all of those that were found.
  const now = await models.AuditChain.findById(organizationId, { head: 1 }).lean<AuditChain>();
  return [...before, ...without, ...behind.filter(({ number }) => (number ?? 0) > (now?.head.number ?? 0))];
}
