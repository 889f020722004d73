/**
 * A person's part of the device flow. Our own page takes the code that they typed and begins a login of the library's, on its route
 * `device_resume`: it signs them in, finds the organization and asks, as in any other login. The library's own form and its
 * `code_verification` aren't used: they mark a code as taken before anybody has signed in, and need scripts.
 */
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { newSecret } from '../../lib/ids.js';
import { formatUserCode } from '../../lib/user-codes.js';
import type { OidcContext, Runtime } from '../runtime.js';
import { INTERACTION_TTL } from '../settings/ttl.js';
import type { DeviceApproval } from './approval.js';
import { createUserCodes } from './user-codes.js';

/** Where a person enters a device's code. */
export const DEVICE_PATH = '/oauth2/device';

/** A device that waits for a person. */
export interface WaitingDevice {
  /** Under what its code is stored. */
  key: string;
  /** What it asked for at the device authorization endpoint. */
  params: Record<string, unknown>;
}

/** The device whose code was typed; undefined where the code is unknown, has expired or was decided about. */
export async function findWaitingDevice(
  provider: Provider,
  runtime: Runtime,
  typed: string,
): Promise<WaitingDevice | undefined> {
  const key = await createUserCodes(runtime).keyFor(typed);
  const payload = key && (await (provider.DeviceCode as OidcContext).adapter.findByKey(key));
  if (!payload || payload.accountId || payload.error || payload.exp * 1000 <= runtime.services.clock.now().getTime())
    return undefined;
  return { key, params: payload.params };
}

/** The code of a device as it shows it, for the page that asks to compare the two. */
export function shownUserCode(runtime: Runtime, { sealedUserCode }: DeviceApproval): string | undefined {
  const code = createUserCodes(runtime).open(sealedUserCode);
  return code && formatUserCode(code);
}

/**
 * Sends the browser into the login that decides about a device.
 * @param signInAgain whether who is signed in may be somebody else than who is going to decide.
 */
export async function beginDeviceLogin(
  provider: Provider,
  { issuer }: Runtime,
  ctx: Context,
  { key, params }: WaitingDevice,
  { signInAgain = false } = {},
): Promise<void> {
  const uid = newSecret();
  const path = `${DEVICE_PATH}/${uid}`;
  const Interaction = provider.Interaction as OidcContext;
  await new Interaction(uid, {
    returnTo: `${issuer}${path}`,
    prompt: { name: 'login', reasons: [], details: {} },
    params,
    trusted: [],
    deviceCode: key,
    cid: newSecret(),
    ...(signInAgain ? { result: { select_account: { another: true } } } : {}),
  }).save(INTERACTION_TTL);
  // As the library sets it for a login that it has begun itself (its actions/authorization/interactions.js).
  ctx.cookies.set(provider.cookieName('resume'), uid, {
    path,
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    signed: true,
    overwrite: true,
    maxAge: INTERACTION_TTL * 1000,
  });
  ctx.status = 303;
  ctx.redirect(path);
}
