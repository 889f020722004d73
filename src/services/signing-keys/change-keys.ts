import { type Actor, can } from '../../access/can.js';
import type { Encryption } from '../../lib/encryption.js';
import { forbidden, notFound } from '../../lib/errors.js';
import type { SigningAlgorithm } from '../../models/application.js';
import type { KeyState, SigningKey } from '../../models/key-ring.js';
import type { ServiceContext } from '../context.js';
import { longestTokenTtl } from './lifetimes.js';
import { ALGORITHMS, published, type RingDraft, type Rotation } from './ring.js';
import { changeRing, readRing } from './stored-ring.js';

/** A signing key as operators see it. */
export type KeyFacts = Omit<SigningKey, 'sealedPrivateJwk' | 'publicJwk' | 'longestTtl'>;

function authorize(actor: Actor): void {
  if (!can(actor, 'instance:keys')) throw forbidden();
}

/** The signing keys in the order of the JWKS, then those that prove hints alone. Empty before the first start. */
export async function listSigningKeys(context: ServiceContext, actor: Actor): Promise<KeyFacts[]> {
  authorize(actor);
  const keys = (await readRing(context))?.keys ?? [];
  const facts = ({ sealedPrivateJwk: _sealed, publicJwk: _public, longestTtl: _longest, ...rest }: SigningKey) => rest;
  return [...published(keys), ...keys.filter((key) => key.state === 'retired')].map(facts);
}

/**
 * Has the next keys sign, of one algorithm or of all: at once where every cached JWKS holds them, else from the moment that it does.
 * @param input.now at once in any case; who caches the JWKS may refuse the new tokens until it looks again.
 */
export async function rotateSigningKeys(
  context: ServiceContext,
  encryption: Encryption,
  actor: Actor,
  input: { alg?: SigningAlgorithm | undefined; now?: boolean | undefined } = {},
): Promise<Rotation[]> {
  authorize(actor);
  const longestTtl = longestTokenTtl(await context.catalog.current());
  return changeRing(context, encryption, actor, (draft) =>
    (input.alg ? [input.alg] : ALGORITHMS).flatMap(
      (alg) => draft.rotate(alg, { force: input.now === true, longestTtl }) ?? [],
    ),
  );
}

/** What became of a key that was to go. `until`: when it leaves the JWKS by itself. */
export type Retirement =
  | { kid: string; outcome: 'removed'; was: KeyState; successor?: string }
  | { kid: string; outcome: 'retiring'; until: Date | undefined }
  | { kid: string; outcome: 'replacing'; rotation: Rotation };

/**
 * Takes a key out of use. With `now`, at once: what it signed counts for nothing any more, here and wherever the JWKS is read anew. Without,
 * with care: what signs is rotated, and what has signed stays until its tokens have ended.
 * @throws RollcallError `not_found`
 */
export async function retireSigningKey(
  context: ServiceContext,
  encryption: Encryption,
  actor: Actor,
  input: { kid: string; now?: boolean | undefined },
): Promise<Retirement> {
  authorize(actor);
  const longestTtl = longestTokenTtl(await context.catalog.current());
  return changeRing(context, encryption, actor, async (draft, make) => {
    const key = draft.keys.find((one) => one.kid === input.kid);
    if (!key) throw notFound(`There is no signing key ${input.kid}.`);
    if (draft.next(key.alg).length === 0) draft.publish(await make(key.alg));
    return input.now || key.state === 'next' ? removal(draft, key, longestTtl) : carefully(draft, key, longestTtl);
  });
}

function removal(draft: RingDraft, key: SigningKey, longestTtl: number): Retirement {
  const { kid, state: was, alg } = key;
  draft.remove(kid, longestTtl);
  const successor = was === 'active' ? draft.active(alg)?.kid : undefined;
  return { kid, outcome: 'removed', was, ...(successor ? { successor } : {}) };
}

function carefully(draft: RingDraft, { kid, alg, state, withdrawAt }: SigningKey, longestTtl: number): Retirement {
  const rotation = state === 'active' ? draft.rotate(alg, { force: false, longestTtl }) : undefined;
  return rotation ? { kid, outcome: 'replacing', rotation } : { kid, outcome: 'retiring', until: withdrawAt };
}
