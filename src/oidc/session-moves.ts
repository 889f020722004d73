import { errors, type Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/**
 * The library gives a session another id at each step of a login: it deletes the former one, then saves the next (models/session.js). Ended in
 * between, or since it was read, the session would be back under its next id, with whoever was to be kept out by a new password; and of two tabs
 * that go on at once the second couldn't be saved. Here it goes from one id to the other only while it is there: see the adapter.
 */
export function moveSessions(provider: Provider): void {
  const { prototype } = provider.Session as OidcContext;
  const { save } = prototype;
  prototype.save = async function saveMoving(ttl: number) {
    const { oldId } = this;
    if (!oldId) return save.call(this, ttl);
    this.exp = Math.floor(Date.now() / 1000) + ttl;
    const { value, payload } = await this.getValueAndPayload();
    if (!(await this.adapter.move(oldId, this.jti, payload, ttl))) {
      forgetAnswer(provider);
      throw new errors.SessionNotFound('the session has ended, or goes on in another tab');
    }
    this.oldId = undefined;
    this.touched = false;
    return value;
  };
}

/** The cookie is written already, and would take the place of the other tab's; and nobody is to be sent on. */
function forgetAnswer(provider: Provider): void {
  const ctx: OidcContext = (provider.constructor as OidcContext).ctx;
  if (!ctx) return;
  const name = provider.cookieName('session');
  const cookies = [ctx.response.get('set-cookie')].flat().filter(Boolean) as string[];
  const others = cookies.filter((line) => !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`));
  ctx.remove('set-cookie');
  if (others.length) ctx.set('set-cookie', others);
  ctx.remove('location');
}
