import type { Context } from 'koa';
import type { OidcContext, Runtime } from '../runtime.js';
import { ASSERTION_ALGORITHMS, CLIENT_AUTHENTICATION_METHODS } from './client-authentication.js';

const methods = [...CLIENT_AUTHENTICATION_METHODS];
const algorithms = [...ASSERTION_ALGORITHMS];

/**
 * What the library's discovery document leaves out. Clients authenticate alike everywhere; without these, RFC 8414 2 has them take
 * `client_secret_basic` at revocation and introspection.
 */
export const discovery = ({ registration, issuer, languages }: Runtime) => ({
  revocation_endpoint_auth_methods_supported: methods,
  revocation_endpoint_auth_signing_alg_values_supported: algorithms,
  introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
  introspection_endpoint_auth_signing_alg_values_supported: algorithms,
  request_parameter_supported: false,
  prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
  claim_types_supported: ['normal'],
  ui_locales_supported: [...languages],
  ...(registration === 'off' ? {} : { registration_endpoint: `${issuer}/oauth2/register` }),
});

/**
 * The library publishes every response type that any client has, and takes no other word for it. `none` is the account pages' alone: an
 * application that took it from the document would be refused (RFC 8414 2).
 */
export function publishResponseTypes(ctx: Context): void {
  const { oidc } = ctx as OidcContext;
  if (oidc?.route === 'discovery' && ctx.status === 200) {
    (ctx.body as Record<string, unknown>).response_types_supported = ['code'];
  }
}
