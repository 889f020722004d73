import type { Adapter } from 'oidc-provider';
import { OIDC_MODELS, type OidcModelName } from '../../models/oidc-record.js';
import type { Runtime } from '../runtime.js';
import { ClientAdapter } from './client-adapter.js';
import { CodeAdapter } from './code-adapter.js';
import { DeviceCodeAdapter } from './device-code-adapter.js';
import { GrantAdapter } from './grant-adapter.js';
import { PushedRequestAdapter } from './pushed-request-adapter.js';
import { RecordAdapter } from './record-adapter.js';
import { SessionAdapter } from './session-adapter.js';

/** The models whose storage does more than the library's contract. */
const KINDS: ReadonlyMap<string, typeof RecordAdapter> = new Map([
  ['Grant', GrantAdapter],
  ['PushedAuthorizationRequest', PushedRequestAdapter],
  ['AuthorizationCode', CodeAdapter],
  ['DeviceCode', DeviceCodeAdapter],
]);

/** Gives the library a storage for each of its models. One that isn't built yet is refused by name. */
export function createAdapterFactory(runtime: Runtime): (name: string) => Adapter {
  const { models, clock } = runtime.services;
  return (name) => {
    if (name === 'Client') return new ClientAdapter(runtime) as unknown as Adapter;
    if (!(OIDC_MODELS as readonly string[]).includes(name)) throw new Error(`nothing stores the library's ${name}`);
    if (name === 'Session')
      return new SessionAdapter(name, models.oidc.Session, clock, runtime.sessionAbsolute) as unknown as Adapter;
    return new (KINDS.get(name) ?? RecordAdapter)(
      name,
      models.oidc[name as OidcModelName],
      clock,
    ) as unknown as Adapter;
  };
}
