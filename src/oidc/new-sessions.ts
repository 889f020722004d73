import type { Provider } from 'oidc-provider';
import { endGrants } from '../services/end-grants.js';
import { restsOn } from '../services/sign-ins.js';
import type { OidcContext, Runtime } from './runtime.js';

const RESTS_ON = Symbol('what the sign-in that was just now rests on');

/**
 * A new password ends the sessions that are there, and a login that waits looks whether there is one (`settings/policy.ts`). Between the two a session
 * may begin: so it is looked at once more when the session is there. Either it is among those that end, or the new password is seen here.
 */
export function endSessionsOfOldPasswords(provider: Provider, { services }: Runtime): void {
  const model = provider.Session as OidcContext;
  const { loginAccount, save } = model.prototype;
  model.prototype.loginAccount = function loginResting(details: object) {
    loginAccount.call(this, details);
    this[RESTS_ON] = (provider.constructor as OidcContext).ctx?.oidc.entities.Interaction?.result?.login?.restsOn;
  };
  model.prototype.save = async function saveResting(ttl: number) {
    const saved = await save.call(this, ttl);
    const { accountId, uid, [RESTS_ON]: before } = this;
    if (before === undefined) return saved;
    const user = await services.models.User.findById(accountId, { passwordHash: 1 }).lean();
    if (user && restsOn(user) === before) return saved;
    await this.destroy();
    await endGrants(services, { sessionUid: uid });
    return saved;
  };
}
