/**
 * Proofs of possession and client assertions that were seen already (RFC 9449 11.1, RFC 7523 3). The library looks for an id and then
 * stores it, so that of several at once all would pass; here it is one write, and the first one's.
 */
import { errors, type Provider } from 'oidc-provider';
import type { Clock } from '../lib/clock.js';
import { isDuplicateKey } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { Models } from '../models/index.js';
import type { OidcContext, Runtime } from './runtime.js';
import { CLOCK_TOLERANCE } from './settings/client-authentication.js';

type Kind = 'assertion' | 'proof';

/** Requests whose assertion has been looked at; what follows in the same request is its proof. */
const AUTHENTICATED = new WeakSet<object>();

export function detectReplays(provider: Provider, { services }: Runtime): void {
  const model = provider.ReplayDetection as OidcContext;
  /** @param exp when the JWT counts no more, in seconds; a proof from a clock that is ahead lives as much longer */
  model.unique = async (clientId: string, jti: string, exp: number): Promise<boolean> => {
    const kind = kindOf((provider.constructor as OidcContext).ctx);
    const id = digest('ReplayDetection', kind, clientId, jti);
    // The whole of the last second, in which it still counts.
    const first = await remember(services, id, exp + CLOCK_TOLERANCE + 1);
    // The library says invalid_grant or invalid_token here; RFC 9449 5 has a code for proofs that don't count.
    if (!first && kind === 'proof') throw new errors.InvalidDpopProof('the DPoP proof was used already');
    return first;
  };
}

/** The library asks for both in the same way; a client authenticates before its proof is looked at. */
function kindOf(ctx: OidcContext): Kind {
  if (ctx?.oidc.params?.client_assertion === undefined || AUTHENTICATED.has(ctx)) return 'proof';
  AUTHENTICATED.add(ctx);
  return 'assertion';
}

/**
 * One conditional update. What has expired but wasn't swept yet is taken over.
 * @returns whether nobody was faster
 */
async function remember(
  { models, clock }: { models: Models; clock: Clock },
  id: string,
  expires: number,
): Promise<boolean> {
  try {
    await models.oidc.ReplayDetection.updateOne(
      { _id: id, expiresAt: { $lte: clock.now() } },
      { $set: { expiresAt: new Date(expires * 1000), payload: {} } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
