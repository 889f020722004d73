/**
 * The states of signing keys, and what may follow what: next → active → retiring → retired → gone, per algorithm. Pure: time comes in,
 * nothing is stored. `stored-ring.ts` saves what a draft has become, on the condition that nobody else was faster.
 */
import type { SigningAlgorithm } from '../../models/application.js';
import type { KeyRing, SigningKey } from '../../models/key-ring.js';
import { JWKS_MAX_AGE, OVERLAP } from './lifetimes.js';

export const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

/** A key as it is made. */
export type NewKey = Pick<SigningKey, 'kid' | 'alg' | 'publicJwk' | 'sealedPrivateJwk'>;

export interface Happening {
  action: 'key.published' | 'key.scheduled' | 'key.promoted' | 'key.withdrawn' | 'key.forgotten' | 'key.removed';
  kid: string;
  alg: SigningAlgorithm;
}

/** What a request to rotate led to: `rotated` at once, `scheduled` for `at`, or `pending` since an earlier request. */
export interface Rotation {
  alg: SigningAlgorithm;
  outcome: 'rotated' | 'scheduled' | 'pending';
  /** The key that signs now or from `at` on, and the one that it replaces. */
  kid: string;
  replaces: string;
  at: Date;
}

export interface UpkeepRules {
  /** How old a key may get while it signs, in seconds; null: until somebody rotates. */
  rotateEvery: number | null;
  /** The longest lifetime of a token that is signed today, in seconds. */
  longestTtl: number;
  /** How long after its last signature a key proves ID tokens as hints, in seconds. */
  hintsFor: number;
}

const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);

/** A ring being changed. Each method is one step of a key's life; what happened is kept for the audit log. */
export class RingDraft {
  readonly happened: Happening[] = [];
  keys: SigningKey[];
  /** Whether something changed that isn't worth an event. */
  #touched = false;

  constructor(
    private readonly ring: Pick<KeyRing, 'bornAt' | 'keys'>,
    private readonly now: Date,
  ) {
    this.keys = ring.keys.map((key) => ({ ...key }));
  }

  get changed(): boolean {
    return this.#touched || this.happened.length > 0;
  }

  active(alg: SigningAlgorithm): SigningKey | undefined {
    return this.keys.find((key) => key.alg === alg && key.state === 'active');
  }

  /** The keys that are to sign, in the order in which they will. */
  next(alg: SigningAlgorithm): SigningKey[] {
    return this.keys
      .filter((key) => key.alg === alg && key.state === 'next')
      .sort((a, b) => a.publishedAt.getTime() - b.publishedAt.getTime());
  }

  /** Algorithms without a key in reserve: one that is published and not yet needed. */
  lacking(): SigningAlgorithm[] {
    return ALGORITHMS.filter((alg) => !this.next(alg).some((key) => !key.promoteAt));
  }

  /** From when on every JWKS that anybody may still keep holds this key. */
  signsSafelyFrom(key: SigningKey): Date {
    return key.publishedAt <= this.ring.bornAt ? this.ring.bornAt : later(key.publishedAt, OVERLAP);
  }

  publish(made: NewKey): void {
    this.keys.push({ ...made, state: 'next', publishedAt: this.now });
    this.#note('key.published', made);
  }

  /** Lets the next key of an algorithm sign, and the active one retire. */
  promote(alg: SigningAlgorithm, longestTtl: number): SigningKey | undefined {
    const [next] = this.next(alg);
    if (!next) return undefined;
    const before = this.active(alg);
    if (before) {
      const longest = Math.max(before.longestTtl ?? 0, longestTtl);
      before.state = 'retiring';
      before.retiredAt = this.now;
      before.longestTtl = longest;
      before.withdrawAt = later(this.now, longest + OVERLAP);
    }
    next.state = 'active';
    next.activatedAt = this.now;
    next.longestTtl = longestTtl;
    next.promoteAt = undefined;
    this.#note('key.promoted', next);
    return next;
  }

  /** Promotes the next key where every cache has it, or at once where `force` says so; else fixes when. */
  rotate(alg: SigningAlgorithm, options: { force: boolean; longestTtl: number }): Rotation | undefined {
    const [next] = this.next(alg);
    const replaces = this.active(alg)?.kid ?? '';
    if (!next) return undefined;
    const safe = this.signsSafelyFrom(next);
    const { kid } = next;
    if (options.force || safe <= this.now) {
      this.promote(alg, options.longestTtl);
      return { alg, outcome: 'rotated', kid, replaces, at: this.now };
    }
    if (next.promoteAt) return { alg, outcome: 'pending', kid, replaces, at: next.promoteAt };
    next.promoteAt = safe;
    this.#note('key.scheduled', next);
    return { alg, outcome: 'scheduled', kid, replaces, at: safe };
  }

  /** Takes a key out at once, whatever it signed; one that signs is replaced by the next. */
  remove(kid: string, longestTtl: number): SigningKey | undefined {
    const key = this.keys.find((one) => one.kid === kid);
    if (!key) return undefined;
    if (key.state === 'active' && !this.promote(key.alg, longestTtl))
      throw new Error(`nothing can replace the ${key.alg} key ${kid}`);
    this.keys = this.keys.filter((one) => one !== key);
    this.#note('key.removed', key);
    return key;
  }

  /** What the passing of time asks for. */
  keepUp(rules: UpkeepRules): void {
    for (const alg of ALGORITHMS) {
      const active = this.active(alg);
      if (active && (active.longestTtl ?? 0) < rules.longestTtl) {
        active.longestTtl = rules.longestTtl;
        this.#touched = true;
      }
      const [next] = this.next(alg);
      if (next && this.#mayPromote(next, active, rules.rotateEvery)) this.promote(alg, rules.longestTtl);
    }
    for (const key of [...this.keys]) this.#age(key, rules.hintsFor);
  }

  #mayPromote(next: SigningKey, active: SigningKey | undefined, rotateEvery: number | null): boolean {
    if (next.promoteAt) return next.promoteAt <= this.now;
    if (!active) return true;
    const old = rotateEvery !== null && later(active.activatedAt ?? active.publishedAt, rotateEvery) <= this.now;
    return old && this.signsSafelyFrom(next) <= this.now;
  }

  #age(key: SigningKey, hintsFor: number): void {
    if (key.state === 'retiring' && key.withdrawAt && key.withdrawAt <= this.now) {
      key.state = 'retired';
      key.sealedPrivateJwk = null;
      this.#note('key.withdrawn', key);
    }
    if (key.state === 'retired' && key.retiredAt && later(key.retiredAt, hintsFor + JWKS_MAX_AGE) <= this.now) {
      this.keys = this.keys.filter((one) => one !== key);
      this.#note('key.forgotten', key);
    }
  }

  #note(action: Happening['action'], { kid, alg }: Pick<SigningKey, 'kid' | 'alg'>): void {
    this.happened.push({ action, kid, alg });
  }
}

/** The first ring of an instance: of each algorithm a key that signs and one in reserve, published together. */
export function newRing(
  made: readonly { active: NewKey; next: NewKey }[],
  now: Date,
  longestTtl: number,
): Pick<KeyRing, 'bornAt' | 'keys'> {
  const keys = made.flatMap(({ active, next }): SigningKey[] => [
    { ...active, state: 'active', publishedAt: now, activatedAt: now, longestTtl },
    { ...next, state: 'next', publishedAt: now },
  ]);
  return { bornAt: now, keys };
}

/** The order of the JWKS: per algorithm the one that signs first, for the library signs with the first that fits. */
export function published(keys: readonly SigningKey[]): SigningKey[] {
  const order = ['active', 'next', 'retiring'];
  return ALGORITHMS.flatMap((alg) =>
    order.flatMap((state) => keys.filter((key) => key.alg === alg && key.state === state)),
  );
}
