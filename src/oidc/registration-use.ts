/**
 * Notes the first use of an application that registered itself, before its first code or token is stored: one that was never used ends
 * after a while (services/registration/lifecycle.ts), and one that was doesn't.
 */
import { errors, type Provider } from 'oidc-provider';
import { noteUse } from '../services/registration/lifecycle.js';
import type { OidcContext, Runtime } from './runtime.js';

export function noteFirstUses(provider: Provider, { services }: Runtime): void {
  for (const model of [provider.AuthorizationCode, provider.AccessToken] as OidcContext[]) {
    const { save } = model.prototype;
    model.prototype.save = async function saveAfterNote(...args: unknown[]) {
      const { applications } = await services.catalog.current();
      const waits = applications.get(this.clientId)?.registration?.unusedSince !== undefined;
      if (waits && !(await noteUse(services, this.clientId)))
        throw new errors.InvalidClient('client is invalid', 'the application was deleted meanwhile');
      return save.apply(this, args);
    };
  }
}
