/**
 * The library's device codes, extended (RFC 8628). A device asks for one (`begin`) and polls for tokens (`answerPoll`); a person's login,
 * which the library runs on its route `device_resume`, ends in a decision (`decide`). Each of these is one conditional update.
 */
import { errors, type Provider } from 'oidc-provider';
import { refuseEnded } from '../grants.js';
import { decidedAboutDevice } from '../happenings.js';
import { refuseAmongSeveral } from '../redemption.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { createUserCodes, type UserCodes } from './user-codes.js';

export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Seconds between two polls (RFC 8628 3.2). */
export const POLL_INTERVAL = 5;

/** Thrown where a decision comes too late: somebody has decided already, or the code has expired. */
export class DeviceCodeSpent extends errors.CustomOIDCProviderError {
  constructor() {
    super('invalid_request', 'the code was used already, or has expired');
  }
}

/** Codes that a person is asked about. Their `jti` is the key under which they are stored. */
const ASKED = new WeakSet<object>();
/** The user code of one that has just been made. */
const USER_CODES = new WeakMap<object, string>();

export const userCodeOf = (deviceCode: object): string | undefined => USER_CODES.get(deviceCode);

const contextOf = (provider: Provider): OidcContext => (provider.constructor as OidcContext).ctx;

export function extendDeviceCodes(provider: Provider, runtime: Runtime): void {
  const model = provider.DeviceCode as OidcContext;
  const userCodes = createUserCodes(runtime);
  const find = model.find.bind(model);
  const { save } = model.prototype;

  model.find = async (value: string, options: unknown) => {
    const ctx = contextOf(provider);
    const oidc = ctx?.oidc;
    if (oidc?.route === 'device_resume') return findByKey(model, value);
    const code = await find(value, options);
    if (code && oidc?.route === 'token') await answerPoll(ctx, code);
    return code;
  };
  model.prototype.save = async function saveDeviceCode() {
    if (ASKED.has(this)) return decide(runtime, contextOf(provider), this);
    await begin(contextOf(provider), this, userCodes);
    return save.call(this);
  };
  keepOutOfSession(provider);
}

/** What the login of a person names is the key: see the adapter. */
async function findByKey(model: OidcContext, key: string): Promise<OidcContext | undefined> {
  const payload = await model.adapter.findByKey(key);
  if (!payload) return undefined;
  const code = model.instantiate({ ...payload, jti: key });
  ASKED.add(code);
  return code;
}

/** A new device code gets its user code. @throws InvalidScope where there would be nothing for the person to allow (RFC 6749 3.3) */
async function begin({ oidc }: OidcContext, code: OidcContext, userCodes: UserCodes): Promise<void> {
  const known = Object.values<OidcContext>(oidc.resourceServers).flatMap((server) => [...server.scopes]);
  const asked = [...oidc.requestParamOIDCScopes, ...known.filter((scope) => oidc.requestParamScopes.has(scope))];
  if (asked.length === 0)
    throw new errors.InvalidScope('the request names no scope that is known here', oidc.params.scope);
  code.jti = code.generateTokenId();
  const { code: userCode, sealed } = await userCodes.claim(code.adapter.keyOf(code.jti), code.expiration);
  USER_CODES.set(code, userCode);
  code.userCode = sealed;
}

/**
 * What a poll is answered before the library looks at it: a denial every time, and not only once; `slow_down` while the person hasn't
 * decided (RFC 8628 3.5). Tokens that are there aren't kept back from a device that is hasty.
 * @throws AccessDenied, SlowDown, InvalidGrant
 */
async function answerPoll(ctx: OidcContext, code: OidcContext): Promise<void> {
  if (code.clientId !== ctx.oidc.client.clientId || code.isExpired) return;
  await refuseAmongSeveral(ctx, code);
  if (code.accountId) return;
  if (code.error) throw new errors.AccessDenied(code.errorDescription);
  if (!(await code.adapter.poll(code.jti, POLL_INTERVAL))) throw new errors.SlowDown();
}

/**
 * Allowed or denied. The grant is the device's own (architecture 5): no browser session ends it, and neither the code nor the tokens name
 * one. It is there before the code says so; where the decision comes too late, it goes again.
 * @throws DeviceCodeSpent
 */
async function decide(runtime: Runtime, ctx: OidcContext, code: OidcContext): Promise<void> {
  const { oidc } = ctx;
  const { clientId } = code;
  const keep = async () => code.adapter.decide(code.jti, (await code.getValueAndPayload()).payload);
  if (code.error) {
    // Whatever else went wrong wasn't the person's answer: they may try again with the same code.
    if (code.error !== 'access_denied') return;
    if (!(await keep())) throw new DeviceCodeSpent();
    const userId = oidc.session?.accountId;
    await decidedAboutDevice(runtime, 'denied', { userId, clientId, organizationId: null });
    oidc.provider.emit('device_code.denied', ctx, code);
    return;
  }
  const { Grant: grant } = oidc.entities;
  const { payload } = await grant.getValueAndPayload();
  await grant.adapter.insert(grant.jti, payload, grant.remainingTTL);
  await refuseEnded(runtime, oidc, grant);
  Object.assign(code, { grantId: grant.jti, generation: grant.generation, sessionUid: undefined, sid: undefined });
  if (!(await keep())) {
    await grant.adapter.destroy(grant.jti);
    throw new DeviceCodeSpent();
  }
  const { accountId: userId, organizationId = null } = grant;
  await decidedAboutDevice(runtime, 'allowed', { userId, clientId, organizationId });
  oidc.provider.emit('device_code.allowed', ctx, code);
}

/** The library notes the grants that a session has given, to end them with it. A device's isn't one of them. */
function keepOutOfSession(provider: Provider): void {
  const prototype = provider.Session.prototype as OidcContext;
  const { authorizationFor } = prototype;
  prototype.authorizationFor = function authorizationOfBrowser(clientId: string, value: unknown) {
    return contextOf(provider)?.oidc?.entities.DeviceCode ? {} : authorizationFor.call(this, clientId, value);
  };
}
