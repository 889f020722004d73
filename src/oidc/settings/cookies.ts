import type { Configuration } from 'oidc-provider';
import type { Runtime } from '../runtime.js';

/**
 * Session cookies are `__Host-` on https; those bound to an interaction's path can't be and are `__Secure-`. Plain names remain
 * for http, which only a loopback issuer has.
 */
export function cookies(runtime: Runtime): Configuration['cookies'] {
  const secure = runtime.issuer.startsWith('https:');
  return {
    keys: [...runtime.cookieKeys],
    names: {
      session: secure ? '__Host-rollcall_session' : 'rollcall_session',
      interaction: secure ? '__Secure-rollcall_interaction' : 'rollcall_interaction',
      resume: secure ? '__Secure-rollcall_resume' : 'rollcall_resume',
    },
    long: { httpOnly: true, sameSite: 'lax', signed: true, secure, path: '/', overwrite: true },
    short: { httpOnly: true, sameSite: 'lax', signed: true, secure, overwrite: true },
  } as Configuration['cookies'];
}
