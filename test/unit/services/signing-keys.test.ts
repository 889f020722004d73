import { describe, expect, it } from 'vitest';
import type { SigningAlgorithm } from '../../../src/models/application.js';
import type { KeyRing } from '../../../src/models/key-ring.js';
import { longestTokenTtl } from '../../../src/services/signing-keys/lifetimes.js';
import { ALGORITHMS, type NewKey, newRing, published, RingDraft } from '../../../src/services/signing-keys/ring.js';

const START = new Date('2030-01-01T00:00:00Z');
const at = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const DAY = 86_400;
const RULES = { rotateEvery: 90 * DAY, longestTtl: 300, hintsFor: 30 * DAY };

let count = 0;
const made = (alg: SigningAlgorithm): NewKey => ({
  kid: `${alg}-${++count}`,
  alg,
  publicJwk: {},
  sealedPrivateJwk: 'x',
});
const born = () =>
  newRing(
    ALGORITHMS.map((alg) => ({ active: made(alg), next: made(alg) })),
    START,
    300,
  );

/** One change at a time of day, and what it leaves: every algorithm with a key in reserve. */
function step(ring: Pick<KeyRing, 'bornAt' | 'keys'>, seconds: number, change: (draft: RingDraft) => unknown) {
  const draft = new RingDraft(ring, at(seconds));
  const result = change(draft);
  for (const alg of draft.lacking()) draft.publish(made(alg));
  return { ring: { bornAt: ring.bornAt, keys: draft.keys }, draft, result };
}
const keyOf = (ring: Pick<KeyRing, 'keys'>, kid: string) => ring.keys.find((key) => key.kid === kid);
const states = (ring: Pick<KeyRing, 'keys'>, alg: SigningAlgorithm) =>
  published(ring.keys)
    .filter((key) => key.alg === alg)
    .map((key) => key.state);
const rotate =
  (force = false) =>
  (draft: RingDraft) =>
    draft.rotate('ES256', { force, longestTtl: 300 });

describe('rotating a signing key', () => {
  it('is safe at once where the next key has been in every JWKS since the first', () => {
    const first = born();
    const { ring, result } = step(first, 1, rotate());
    const [next] = new RingDraft(first, at(1)).next('ES256');
    expect(result).toMatchObject({ outcome: 'rotated', kid: next?.kid });
    expect(states(ring, 'ES256')).toEqual(['active', 'next', 'retiring']);
    expect(states(ring, 'RS256')).toEqual(['active', 'next']);
  });

  it('waits until every cached JWKS holds the next key, with one more in reserve, and then happens by itself', () => {
    const once = step(born(), 1, rotate()).ring;
    const { ring, result } = step(once, 10, rotate());
    expect(result).toMatchObject({ outcome: 'scheduled', at: at(361) });
    expect(states(ring, 'ES256')).toEqual(['active', 'next', 'next', 'retiring']);
    expect(step(ring, 20, rotate()).result).toMatchObject({ outcome: 'pending', at: at(361) });

    const early = step(ring, 360, (draft) => draft.keepUp(RULES));
    expect(early.draft.changed).toBe(false);
    const late = step(ring, 361, (draft) => draft.keepUp(RULES)).ring;
    expect(new RingDraft(late, at(361)).active('ES256')?.kid).toBe((result as { kid: string }).kid);
    expect(states(late, 'ES256')).toEqual(['active', 'next', 'retiring', 'retiring']);
  });

  it('doesn’t wait where it is forced', () => {
    const once = step(born(), 1, rotate()).ring;
    expect(step(once, 2, rotate(true)).result).toMatchObject({ outcome: 'rotated', at: at(2) });
  });

  it('comes by schedule, and not where that is off', () => {
    const ring = born();
    const keepUp = (rotateEvery: number | null) => (draft: RingDraft) => draft.keepUp({ ...RULES, rotateEvery });
    expect(step(ring, 90 * DAY - 1, keepUp(90 * DAY)).draft.changed).toBe(false);
    expect(states(step(ring, 90 * DAY, keepUp(90 * DAY)).ring, 'RS256')).toEqual(['active', 'next', 'retiring']);
    expect(step(ring, 900 * DAY, keepUp(null)).draft.changed).toBe(false);
  });
});

describe('a key that has signed', () => {
  it('stays published until its longest token has ended and every cache is over, and then proves hints alone', () => {
    const first = born();
    const kid = new RingDraft(first, START).active('ES256')?.kid as string;
    const rotated = step(first, 1000, rotate()).ring;
    const end = 1000 + 300 + 360;
    expect(step(rotated, end - 1, (draft) => draft.keepUp(RULES)).draft.changed).toBe(false);
    const withdrawn = step(rotated, end, (draft) => draft.keepUp(RULES)).ring;
    expect(keyOf(withdrawn, kid)).toMatchObject({ state: 'retired', sealedPrivateJwk: null });
    expect(published(withdrawn.keys).some((key) => key.kid === kid)).toBe(false);
    const gone = 1000 + 30 * DAY + 300;
    expect(keyOf(step(withdrawn, gone - 1, (draft) => draft.keepUp(RULES)).ring, kid)).toBeDefined();
    expect(keyOf(step(withdrawn, gone, (draft) => draft.keepUp(RULES)).ring, kid)).toBeUndefined();
  });

  it('counts the longest lifetime that there was while it signed, also where an API’s was shortened since', () => {
    const first = born();
    const kid = new RingDraft(first, START).active('ES256')?.kid as string;
    const long = step(first, 10, (draft) => draft.keepUp({ ...RULES, longestTtl: DAY })).ring;
    const rotated = step(long, 1000, rotate()).ring;
    expect(keyOf(rotated, kid)?.withdrawAt).toEqual(at(1000 + DAY + 360));
  });

  it('leaves at once where it is removed, and the next one signs', () => {
    const first = born();
    const draft = new RingDraft(first, START);
    const [active, next] = [draft.active('ES256'), draft.next('ES256')[0]];
    const { ring } = step(first, 5, (inner) => inner.remove(active?.kid as string, 300));
    expect(keyOf(ring, active?.kid as string)).toBeUndefined();
    expect(new RingDraft(ring, at(5)).active('ES256')?.kid).toBe(next?.kid);
    expect(states(ring, 'ES256')).toEqual(['active', 'next']);
  });
});

it('the longest lifetime is that of all APIs’ access tokens and of every application’s ID and access tokens', () => {
  const catalog = (apiTtl: number, application: object = {}) => ({
    apis: new Map([['a', { accessTokenTtl: apiTtl }]]) as never,
    applications: new Map([['b', application]]) as never,
  });
  expect(longestTokenTtl(catalog(60))).toBe(300);
  expect(longestTokenTtl(catalog(86_400))).toBe(86_400);
  expect(longestTokenTtl(catalog(60, { idTokenTtl: 1200 }))).toBe(1200);
  expect(longestTokenTtl(catalog(60, { accessTokenTtl: 900, idTokenTtl: null }))).toBe(900);
});
