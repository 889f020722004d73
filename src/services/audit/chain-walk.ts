import type { ChainPlace } from '../../models/audit-chain.js';
import type { AuditChain, AuditEvent } from '../../models/index.js';
import { type ChainKey, chainStart, digestOf, isProved, nextMac } from './chain.js';

export type FaultKind = 'missing' | 'changed' | 'misplaced' | 'inserted' | 'head' | 'beginning';

/** Something that isn't as it was sealed. */
export interface Fault {
  kind: FaultKind;
  /** Of the event, or the first of several; null where it is about the whole chain. */
  number: number | null;
  /** Where several in a row are missing: the last. */
  until?: number;
  /** The event's, where it is there. */
  id?: string;
  /** In words, for people. */
  message: string;
}

/** An event as it is sealed. */
export type Sealed = AuditEvent & { number: number; digest: string; mac: string };

/** Codes of heads that were written down elsewhere, by number. */
export type KnownHeads = ReadonlyMap<number, string>;

const MOST_FAULTS = 100;

/** How many codes are kept that the next event may follow, where those before it aren't as they were. */
const MOST_CODES = 16;

/** The verification of one chain: it is told of the events in the order of their numbers, and finds what doesn't follow. */
export class ChainWalk {
  readonly faults: Fault[] = [];
  faultCount = 0;
  verified = 0;
  first: number | null = null;
  /** The number of the event that comes next. */
  next = 1;
  /** The codes that it may follow: one while everything is right, none where the one before is missing. */
  #codes: string[];

  constructor(
    private readonly key: ChainKey,
    private readonly chain: Pick<AuditChain, '_id' | 'removed' | 'removing'> & Partial<AuditChain>,
    private readonly known: KnownHeads,
  ) {
    this.#codes = [chainStart(key, chain._id)];
    const begin = chain.removing ?? chain.removed;
    if (begin) this.#beginAt(begin);
    if (chain.head && !isProved(key, 'head', chain._id, chain.head))
      this.#fault('head', null, 'the end of the chain isn’t what this server has written');
  }

  /** Of the event that is next. */
  event({ _id, number, digest, mac, ...rest }: Sealed): void {
    if (number < this.next) return this.#fault('inserted', number, 'there is another event of this number', _id);
    const changed = digestOf({ _id, ...rest }) !== digest;
    const follows =
      this.#codes.length === 0 || this.#codes.some((code) => nextMac(this.key, code, number, digest) === mac);
    if (changed) this.#fault('changed', number, 'the event was changed', _id);
    else if (!follows) this.#fault('misplaced', number, 'the event isn’t the one that was sealed here', _id);
    this.#go(number, digest, mac, follows);
  }

  /** Of an event that has its number, and is about to bear it. */
  settling(event: AuditEvent, { number, digest, mac }: Pick<Sealed, 'number' | 'digest' | 'mac'>): void {
    if (digestOf(event) !== digest) this.#fault('changed', number, 'the event was changed', event._id);
    this.#go(number, digest, mac, true);
  }

  /** Of events that aren't there, up to this number. */
  missing(until: number): void {
    const number = this.next;
    const several = until > number ? { until } : {};
    const text = until > number ? `the events ${number} to ${until} are missing` : 'the event is missing';
    this.#fault('missing', number, text, undefined, several, until - number + 1);
    this.next = until + 1;
    this.#codes = [];
  }

  /** Of an event that is there and in no chain. */
  inserted(number: number | null, id: string): void {
    this.#fault('inserted', number, 'the event was never sealed here', id);
  }

  /** To be called behind the last event. */
  end(): void {
    const head = this.chain.head ?? { number: 0, mac: this.#codes[0] ?? '' };
    const right = this.#codes.length === 0 || this.#codes.includes(head.mac);
    if (!right && this.faultCount === 0)
      this.#fault('head', head.number, 'the last event isn’t the one at which the chain ends');
    for (const number of this.known.keys())
      if (number > head.number) this.#fault('missing', number, 'the log output had an event of this number');
  }

  #beginAt(begin: ChainPlace): void {
    const proved = [this.chain.removing, this.chain.removed].every(
      (place) => !place || isProved(this.key, 'removed', this.chain._id, place),
    );
    if (!proved)
      this.#fault('beginning', begin.number, 'the beginning of the chain isn’t what this server has written');
    this.next = begin.number + 1;
    this.#codes = [begin.mac];
  }

  #go(number: number, digest: string, mac: string, follows: boolean): void {
    const told = this.known.get(number);
    if (told !== undefined && told !== mac)
      this.#fault('changed', number, 'the log output had another code for this event');
    this.verified += 1;
    this.first ??= number;
    this.next = number + 1;
    // Whichever of both was touched, what comes behind follows the other.
    const computed = follows ? [] : this.#codes.map((code) => nextMac(this.key, code, number, digest));
    this.#codes = [mac, ...(follows ? [] : [...computed, ...this.#codes])].slice(0, MOST_CODES);
  }

  #fault(kind: FaultKind, number: number | null, message: string, id?: string, more: object = {}, count = 1): void {
    this.faultCount += count;
    if (this.faults.length < MOST_FAULTS) this.faults.push({ kind, number, ...more, ...(id && { id }), message });
  }
}
