import type { Context } from 'koa';
import { formatUserCode } from '../../lib/user-codes.js';
import type { OidcContext } from '../runtime.js';
import { DEVICE_CODE_GRANT, POLL_INTERVAL, userCodeOf } from './device-codes.js';

/**
 * The device authorization response (RFC 8628 3.2) with the code that was claimed, where the library puts one of its own, and with the
 * interval; and the code of RFC 6749 5.2 for an application that may not use the grant.
 */
export function completeDeviceAnswer(ctx: Context): void {
  const oidc = (ctx as OidcContext).oidc;
  if (oidc?.route !== 'device_authorization') return;
  const userCode = oidc.entities.DeviceCode && userCodeOf(oidc.entities.DeviceCode);
  if (ctx.status === 200 && userCode) {
    const shown = formatUserCode(userCode);
    ctx.body = {
      ...(ctx.body as object),
      user_code: shown,
      verification_uri_complete: oidc.urlFor('code_verification', { query: { user_code: shown } }),
      interval: POLL_INTERVAL,
    };
  } else if (oidc.client && !oidc.client.grantTypeAllowed(DEVICE_CODE_GRANT)) {
    ctx.body = { error: 'unauthorized_client', error_description: 'the application may not use the device flow' };
  }
}
