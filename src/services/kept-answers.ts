import type { Encryption } from '../lib/encryption.js';
import { conflict, invalid, isDuplicateKey } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { ServiceContext } from './context.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A call that isn't answered after so long was cut off: see `begin`. */
const UNDER_WAY_MS = 60_000;

export interface KeyedCall {
  /** Who calls: the same key of another caller is another key. */
  caller: string;
  /** What `Idempotency-Key` says. */
  key: string;
  method: string;
  path: string;
  /** What was sent. */
  body: string;
}

/** Where a call with a key stands: to be done now, or done already and answered so. */
export type Keyed<Answer> =
  | { kind: 'first'; keep(answer: Answer): Promise<void>; forget(): Promise<void> }
  | { kind: 'repeated'; answer: Answer };

export interface KeptAnswers<Answer> {
  /**
   * One insert decides which of several is the first, in whichever process. A call that was cut off may have done its work: it is never
   * done again under its key, and its caller is told to look.
   * @throws RollcallError `invalid` (422) for a key that was used for another call, or with another body; 409 `in_progress`, `outcome_unknown`
   */
  begin(call: KeyedCall): Promise<Keyed<Answer>>;
}

export const sealedAnswerOf = (id: string) => `kept answer ${id}`;

/** @returns undefined where its key is gone */
export function openAnswer(encryption: Encryption, id: string, sealed: string): string | undefined {
  try {
    return encryption.open(sealed, sealedAnswerOf(id));
  } catch {
    return undefined;
  }
}

/** Keeps answers for a day. @typeParam Answer what JSON can say */
export function createKeptAnswers<Answer>(
  { models, clock }: ServiceContext,
  encryption: Encryption,
): KeptAnswers<Answer> {
  const { KeptAnswer } = models;
  async function begin(call: KeyedCall): Promise<Keyed<Answer>> {
    // A key is the caller's, wherever it is used: two calls with one are a mistake that is to be told.
    const _id = digest(call.caller, call.key);
    const request = digest(call.method, call.path, call.body);
    const now = clock.now();
    try {
      await KeptAnswer.create({ _id, request, createdAt: now, expiresAt: new Date(now.getTime() + DAY_MS) });
      return {
        kind: 'first',
        keep: async (answer) => {
          const sealedAnswer = encryption.seal(JSON.stringify(answer), sealedAnswerOf(_id));
          await KeptAnswer.updateOne({ _id }, { $set: { sealedAnswer } });
        },
        forget: async () => {
          await KeptAnswer.deleteOne({ _id });
        },
      };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const known = await KeptAnswer.findById(_id).lean();
    if (known && known.expiresAt <= now) {
      // The store's sweeper is late.
      await KeptAnswer.deleteOne({ _id, expiresAt: known.expiresAt });
      return begin(call);
    }
    if (!known) return begin(call);
    if (known.request !== request)
      throw invalid('This Idempotency-Key was used for another call, or with another body.');
    const answer = known.sealedAnswer && openAnswer(encryption, _id, known.sealedAnswer);
    if (answer) return { kind: 'repeated', answer: JSON.parse(answer) };
    if (!known.sealedAnswer && now.getTime() - known.createdAt.getTime() < UNDER_WAY_MS)
      throw conflict('in_progress', 'A call with this Idempotency-Key is under way.');
    throw conflict(
      'outcome_unknown',
      'A call with this Idempotency-Key was cut off. Look what it did, and use a new key.',
    );
  }
  return { begin };
}
