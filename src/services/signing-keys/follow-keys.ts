import type { JWK } from 'jose';
import type { Encryption } from '../../lib/encryption.js';
import type { KeyRing } from '../../models/key-ring.js';
import { type ServiceContext, SYSTEM } from '../context.js';
import { longestTokenTtl } from './lifetimes.js';
import { type FirstKeys, openKey } from './make-key.js';
import { published, RingDraft, type UpkeepRules } from './ring.js';
import { changeRing, ensureRing, readRevision, readRing } from './stored-ring.js';

/** A process that met a key id which it doesn't know looks for new keys at most this often. */
const LOOK_AGAIN_MS = 1000;

/** What this process signs and verifies with. */
export interface OpenKeys {
  /** Private halves in the order of the JWKS: per algorithm the one that signs first. */
  signing: readonly JWK[];
  /** Their public halves, by which a token counts. */
  verifying: readonly JWK[];
  /** Public halves that prove ID tokens as hints at sign-out, and nothing else. */
  hints: readonly JWK[];
}

/** The signing keys as this process has them; it follows what others change. */
export interface SigningKeys {
  current(): OpenKeys;
  /** For how long the key that signs has done so, by algorithm. Seconds. */
  ages(): Map<string, number>;
  /** Reads what changed. Where the store is away or a key doesn't open, what there is stays. */
  follow(): Promise<void>;
  /** As `follow`, at most once in a second: for a token whose key is unknown. */
  lookAgain(): Promise<void>;
  /** Is called when other keys are published, or another one signs. */
  onChange(listener: (keys: OpenKeys) => void): void;
  /** Does what the passing of time asks for, where it asks for anything. Several processes at once do it once. */
  keepUp(rules: Omit<UpkeepRules, 'longestTtl'>): Promise<void>;
}

/**
 * Makes the keys at the first start and opens them.
 * @param first gives the first keys, where they are needed; by default they are made then
 * @throws EncryptionKeyError
 */
export async function openSigningKeys(
  context: ServiceContext,
  encryption: Encryption,
  first?: () => Promise<FirstKeys>,
): Promise<SigningKeys> {
  const listeners: ((keys: OpenKeys) => void)[] = [];
  let ring = await ensureRing(context, encryption, first);
  let keys = open(ring, encryption);
  let refused = 0;
  let reading: Promise<void> | undefined;
  let readAt = 0;

  async function read(): Promise<void> {
    const revision = await readRevision(context);
    if (revision === ring.revision || revision === refused) return;
    const found = await readRing(context);
    if (!found) return;
    let opened: OpenKeys;
    try {
      opened = open(found, encryption, keys);
    } catch (error) {
      refused = revision;
      context.logger.error({ event: 'keys_not_followed', err: error }, 'the signing keys have changed and don’t open');
      return;
    }
    const asBefore = states(found) === states(ring);
    ring = found;
    if (asBefore) return;
    keys = opened;
    context.logger.info({ event: 'keys_followed', revision: ring.revision }, 'the signing keys have changed');
    for (const listener of listeners) listener(keys);
  }

  const follow = () => {
    reading ??= read().finally(() => {
      reading = undefined;
      readAt = context.clock.now().getTime();
    });
    return reading;
  };
  return {
    current: () => keys,
    ages: () => agesOf(ring, context.clock.now()),
    follow,
    async lookAgain() {
      if (reading || context.clock.now().getTime() - readAt >= LOOK_AGAIN_MS) await follow();
    },
    onChange(listener) {
      listeners.push(listener);
    },
    async keepUp(rules) {
      const all = { ...rules, longestTtl: longestTokenTtl(await context.catalog.current()) };
      const rehearsal = new RingDraft(ring, context.clock.now());
      rehearsal.keepUp(all);
      if (!rehearsal.changed && rehearsal.lacking().length === 0) return;
      await changeRing(context, encryption, SYSTEM, (draft) => draft.keepUp(all));
      await follow();
    },
  };
}

function agesOf({ keys }: KeyRing, now: Date): Map<string, number> {
  const active = keys.filter((key) => key.state === 'active');
  return new Map(
    active.map((key) => [key.alg, (now.getTime() - (key.activatedAt ?? key.publishedAt).getTime()) / 1000]),
  );
}

/** What a provider is made of; a ring that was only sealed anew is the same. */
const states = ({ keys }: KeyRing) => JSON.stringify(keys.map(({ kid, state }) => [kid, state]));

/** What was opened before needn't be opened again, so that a process follows while the encryption keys change elsewhere. */
function open(ring: KeyRing, encryption: Encryption, before?: OpenKeys): OpenKeys {
  const opened = new Map(before?.signing.map((jwk) => [jwk.kid, jwk]));
  const inUse = published(ring.keys);
  return {
    signing: inUse.map((key) => opened.get(key.kid) ?? openKey(key, encryption)),
    verifying: inUse.map((key) => key.publicJwk as JWK),
    hints: ring.keys.filter((key) => key.state === 'retired').map((key) => key.publicJwk as JWK),
  };
}
