import type { Provider } from 'oidc-provider';
import { newSecret } from '../lib/ids.js';
import { requestFacts, userAgentOf } from '../lib/request-facts.js';
import type { OidcContext } from './runtime.js';

/**
 * Gives each sign-in a name in its session, new also where somebody signs in again in it: see `services/sign-ins.ts`. At each further step of the
 * same login the library says once more who has signed in: then the name stays, for it may be among those that have ended. The session keeps
 * where that was done from as well, by which its person knows it again, and when it was used last: see `session-saves.ts`.
 */
export function nameSignIns(provider: Provider): void {
  const model = provider.Session as OidcContext;
  const inherited = model.IN_PAYLOAD as string[];
  Object.defineProperty(model, 'IN_PAYLOAD', {
    configurable: true,
    get: () => [...inherited, 'signIn', 'from', 'seenAt'],
  });
  const { loginAccount } = model.prototype;
  model.prototype.loginAccount = function loginNamed(details: object) {
    // The library remembers "not kept" for good; the newest sign-in says whether the session outlasts the browser.
    this.transient = undefined;
    loginAccount.call(this, details);
    const { Interaction } = (provider.constructor as OidcContext).ctx?.oidc.entities ?? {};
    this.signIn = Interaction?.result?.login?.signIn ?? newSecret();
    const facts = requestFacts();
    this.from = facts && { address: facts.address, userAgent: userAgentOf(facts) };
  };
}
