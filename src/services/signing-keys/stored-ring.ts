import type { Actor } from '../../access/can.js';
import type { Encryption } from '../../lib/encryption.js';
import { conflict, isDuplicateKey } from '../../lib/errors.js';
import type { SigningAlgorithm } from '../../models/application.js';
import { KEY_RING_ID, type KeyRing } from '../../models/key-ring.js';
import { event, type ServiceContext, SYSTEM } from '../context.js';
import { longestTokenTtl } from './lifetimes.js';
import { type FirstKeys, makeFirstKeys, makeKey, openKey } from './make-key.js';
import { type NewKey, newRing, RingDraft } from './ring.js';

/** How often a change is tried again when another process was faster. */
const ATTEMPTS = 10;

export async function readRing({ models }: Pick<ServiceContext, 'models'>): Promise<KeyRing | null> {
  return models.KeyRing.findById(KEY_RING_ID, { pendingEvents: 0 }).lean<KeyRing>();
}

/** Its revision alone, by which a process sees whether what it has is today's. */
export async function readRevision({ models }: Pick<ServiceContext, 'models'>): Promise<number> {
  const ring = await models.KeyRing.findById(KEY_RING_ID, { revision: 1 }).lean<Pick<KeyRing, 'revision'>>();
  return ring?.revision ?? 0;
}

/**
 * The ring, made at the first start. Of processes that start together one makes it and the others read it, for its `_id` is unique.
 * @param first gives the first keys, where they are needed
 */
export async function ensureRing(
  context: ServiceContext,
  encryption: Encryption,
  first: () => Promise<FirstKeys> = () => makeFirstKeys(encryption),
): Promise<KeyRing> {
  const present = await readRing(context);
  if (present) return present;
  const ring = newRing(await first(), context.clock.now(), longestTokenTtl(await context.catalog.current()));
  const happened = ring.keys.map(({ kid, alg, state }) =>
    event(context, SYSTEM, 'key.published', kid, { after: { alg, state } }),
  );
  try {
    await context.models.KeyRing.create({ _id: KEY_RING_ID, revision: 1, ...ring, pendingEvents: happened });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  return (await readRing(context)) as KeyRing;
}

/** Makes a key of an algorithm; where a change is tried again, it gets the same. */
export type Make = (alg: SigningAlgorithm) => Promise<NewKey>;

/**
 * Changes the ring by one conditional update on its revision: of two processes that change it at once, the second decides anew on what the
 * first has left. Afterwards every algorithm has a key in reserve.
 * @param change works on a draft; what it answers is handed back.
 * @throws EncryptionKeyError where the keys that are there can't be opened: one that is sealed with a foreign key would stop every server.
 */
export async function changeRing<T>(
  context: ServiceContext,
  encryption: Encryption,
  actor: Actor,
  change: (draft: RingDraft, make: Make) => T | Promise<T>,
): Promise<T> {
  const make = keyMaker(encryption);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const ring = await ensureRing(context, encryption);
    for (const key of ring.keys) if (key.sealedPrivateJwk) openKey(key, encryption);
    const draft = new RingDraft(ring, context.clock.now());
    const result = await change(draft, make);
    for (const alg of draft.lacking()) draft.publish(await make(alg));
    if (!draft.changed || (await save(context, actor, ring, draft))) return result;
  }
  throw conflict('busy', 'The signing keys are being changed by others. Try again.');
}

async function save(context: ServiceContext, actor: Actor, ring: KeyRing, draft: RingDraft): Promise<boolean> {
  const states = new Map(draft.keys.map((key) => [key.kid, key.state]));
  const events = draft.happened.map(({ action, kid, alg }) =>
    event(context, actor, action, kid, { after: { alg, state: states.get(kid) ?? 'gone' } }),
  );
  const result = await context.models.KeyRing.updateOne(
    { _id: KEY_RING_ID, revision: ring.revision },
    { $set: { keys: draft.keys, revision: ring.revision + 1 }, $push: { pendingEvents: { $each: events } } },
  );
  return result.matchedCount === 1;
}

function keyMaker(encryption: Encryption): Make {
  const made = new Map<SigningAlgorithm, Promise<NewKey>>();
  return (alg) => {
    const key = made.get(alg) ?? makeKey(alg, encryption);
    made.set(alg, key);
    return key;
  };
}
