import type { Encryption } from '../lib/encryption.js';
import { KEY_RING_ID } from '../models/key-ring.js';
import { resealChainKey } from './audit/chain-key.js';
import type { ServiceContext } from './context.js';
import { openAnswer, sealedAnswerOf } from './kept-answers.js';
import { resealMails } from './mail/sealed.js';
import { openKey, sealedFor } from './signing-keys/make-key.js';
import { readRing } from './signing-keys/stored-ring.js';

/** A place where sealed text lies. */
interface SealedPlace {
  /** In words, in the plural. */
  name: string;
  /**
   * Seals again what isn't sealed with the newest key. Each write is conditional on what was read, so that several processes at once, or
   * one that died in between, lose nothing.
   * @returns how many
   * @throws EncryptionKeyError
   */
  reseal(context: ServiceContext, encryption: Encryption): Promise<number>;
}

/** Whatever the store holds sealed has a line here: else its key could never be dropped. */
const PLACES: readonly SealedPlace[] = [
  { name: 'signing keys', reseal: resealSigningKeys },
  { name: 'kept answers', reseal: resealAnswers },
  { name: 'queued mails', reseal: resealMails },
  { name: 'keys of the audit log', reseal: resealChainKey },
];

/**
 * Seals everything in the store with the newest of ENCRYPTION_KEYS. Idempotent. Afterwards the older ones can be dropped.
 * @returns what was sealed again, by place.
 */
export async function reencrypt(
  context: ServiceContext,
  encryption: Encryption,
): Promise<{ name: string; count: number }[]> {
  const done: { name: string; count: number }[] = [];
  for (const { name, reseal } of PLACES) done.push({ name, count: await reseal(context, encryption) });
  return done;
}

/** They end within a day, but a repetition until then has to be answered. One whose key is gone already is no reason not to start. */
async function resealAnswers({ models }: ServiceContext, encryption: Encryption): Promise<number> {
  let count = 0;
  for await (const { _id, sealedAnswer } of models.KeptAnswer.find().lean().cursor()) {
    if (!sealedAnswer || encryption.isNewest(sealedAnswer)) continue;
    const answer = openAnswer(encryption, _id, sealedAnswer);
    if (answer === undefined) continue;
    const resealed = encryption.seal(answer, sealedAnswerOf(_id));
    const { modifiedCount } = await models.KeptAnswer.updateOne(
      { _id, sealedAnswer },
      { $set: { sealedAnswer: resealed } },
    );
    count += modifiedCount;
  }
  return count;
}

async function resealSigningKeys(context: ServiceContext, encryption: Encryption): Promise<number> {
  for (;;) {
    const ring = await readRing(context);
    const older = ring?.keys.filter((key) => key.sealedPrivateJwk && !encryption.isNewest(key.sealedPrivateJwk)) ?? [];
    if (!ring || older.length === 0) return 0;
    const keys = ring.keys.map((key) =>
      older.includes(key)
        ? { ...key, sealedPrivateJwk: encryption.seal(JSON.stringify(openKey(key, encryption)), sealedFor(key.kid)) }
        : key,
    );
    const { matchedCount } = await context.models.KeyRing.updateOne(
      { _id: KEY_RING_ID, revision: ring.revision },
      { $set: { keys, revision: ring.revision + 1 } },
    );
    if (matchedCount === 1) return older.length;
  }
}
