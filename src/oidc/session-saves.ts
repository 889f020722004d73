import type { Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/** How much of its time a session has to have lost before its use alone is worth a write, in seconds: a minute, or a tenth of a short one. */
const worthAWrite = (ttl: number) => Math.min(60, ttl / 10);

const LOADED = Symbol('what the session was when it was read');

/** The library saves a session at each request that uses one. Where nothing has changed but a few seconds of its time, nothing is written. */
export function saveSessionsWhenWorthIt(provider: Provider): void {
  const model = provider.Session as OidcContext;
  const instantiate = model.instantiate.bind(model);
  model.instantiate = (payload: OidcContext) => {
    const session = instantiate(payload);
    if (payload?.exp) Object.defineProperty(session, LOADED, { value: stateOf(model, session) });
    return session;
  };
  const { save } = model.prototype;
  model.prototype.save = async function saveWhenWorthIt(ttl: number) {
    const now = Math.floor(Date.now() / 1000);
    const left = this.exp - now;
    const seen = now - (this.seenAt ?? now) < worthAWrite(ttl);
    if (!this.oldId && seen && left > ttl - worthAWrite(ttl) && left <= ttl && this[LOADED] === stateOf(model, this))
      return this.jti;
    this.seenAt = now;
    return save.call(this, ttl);
  };
}

function stateOf(model: OidcContext, session: OidcContext): string {
  const {
    iat: _iat,
    exp: _exp,
    seenAt: _seenAt,
    ...state
  } = Object.fromEntries((model.IN_PAYLOAD as string[]).map((name) => [name, session[name]]));
  return JSON.stringify(state);
}
