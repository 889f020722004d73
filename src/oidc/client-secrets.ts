/**
 * Client secrets: stored as hashes, taken in the registered way alone, and not to be found by trying (RFC 6749 2.3.1). Every endpoint at
 * which a client authenticates compares them here.
 */
import { errors, type Provider } from 'oidc-provider';
import { secretMatches } from '../lib/secrets.js';
import type { OidcContext, Runtime } from './runtime.js';

/** RFC 6585 4. No `invalid_client`, which would say that the secret is wrong: it isn't looked at. */
class TooManyWrongSecrets extends errors.OIDCProviderError {
  override error_description = 'too many wrong secrets came for this client from this network; try again later';

  constructor() {
    super(429, 'temporarily_unavailable');
  }
}

export function hashClientSecrets(provider: Provider, { clientSecretLimits: limits }: Runtime): void {
  const prototype = provider.Client.prototype as OidcContext;
  prototype.compareClientSecret = async function compareHashed(actual: string) {
    const { ctx } = provider.constructor as OidcContext;
    // Nothing is learned about a secret that comes in another way, so that isn't counted.
    if (!usesItsMethod(ctx, this)) return false;
    const { address } = ctx.req.rollcall;
    refuse(ctx, limits.blockedFor(this.clientId, address));
    if (secretMatches(this.clientSecret, actual)) return true;
    refuse(ctx, await limits.miss(this.clientId, address));
    return false;
  };
}

/** @throws TooManyWrongSecrets where there are seconds to wait */
function refuse(ctx: OidcContext, seconds: number | undefined): void {
  if (seconds === undefined) return;
  ctx.set('Retry-After', String(seconds));
  throw new TooManyWrongSecrets();
}

/** An application authenticates only as it is registered, where the library takes either way for a secret. An API registers none, nor has who registered itself to. */
function usesItsMethod(ctx: OidcContext, client: OidcContext): boolean {
  if (client.isApi || client.eitherMethod) return true;
  const inBody = ctx.oidc.params.client_secret !== undefined;
  return client.clientAuthMethod === (inBody ? 'client_secret_post' : 'client_secret_basic');
}
