import type { Provider } from 'oidc-provider';
import { newSecret } from '../lib/ids.js';
import type { OidcContext } from './runtime.js';

/** Gives each sign-in a name in its session, new also where somebody signs in again in it: see `services/sign-ins.ts`. */
export function nameSignIns({ Session }: Provider): void {
  const model = Session as OidcContext;
  const inherited = model.IN_PAYLOAD as string[];
  Object.defineProperty(model, 'IN_PAYLOAD', { configurable: true, get: () => [...inherited, 'signIn'] });
  const { loginAccount } = model.prototype;
  model.prototype.loginAccount = function loginNamed(details: object) {
    // The library remembers "not kept" for good; the newest sign-in says whether the session outlasts the browser.
    this.transient = undefined;
    loginAccount.call(this, details);
    this.signIn = newSecret();
  };
}
