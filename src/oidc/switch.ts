import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { OpenKeys, SigningKeys } from '../services/signing-keys/follow-keys.js';

/** The provider of today's keys. */
export interface ProviderSwitch {
  readonly current: Provider;
  /** Hands a request to it. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
}

/**
 * The library's keys are fixed when a provider is made (its initialize_keystore.js), so that new keys mean a new provider. Requests in
 * flight end on the one that they began on, which nothing else holds any more.
 */
export function createProviderSwitch(keys: SigningKeys, make: (keys: OpenKeys) => Provider): ProviderSwitch {
  const turn = (to: OpenKeys) => {
    const provider = make(to);
    return { provider, callback: provider.callback() };
  };
  let on = turn(keys.current());
  keys.onChange((changed) => {
    on = turn(changed);
  });
  return {
    get current() {
      return on.provider;
    },
    handle: (incoming, outgoing) => on.callback(incoming, outgoing),
  };
}
