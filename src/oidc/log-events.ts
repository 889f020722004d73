import type { Provider } from 'oidc-provider';
import type { Logger } from '../lib/logger.js';
import type { OidcContext } from './runtime.js';

/** Errors of the protocol, whose reasons the library tells only by events, and what the log level for each is. */
const EVENTS = {
  server_error: 'error',
  'authorization.error': 'info',
  'grant.error': 'info',
  'introspection.error': 'info',
  'revocation.error': 'info',
  'userinfo.error': 'info',
  'discovery.error': 'warn',
  'jwks.error': 'warn',
  'end_session.error': 'info',
} as const;

export function logProviderEvents(provider: Provider, logger: Logger): void {
  for (const [name, level] of Object.entries(EVENTS)) {
    provider.on(name as 'server_error', (ctx: OidcContext, error: OidcContext) => {
      // JWT access tokens are answered around the endpoint: see introspection.ts.
      if (error?.error === 'unsupported_token_type') return;
      logger[level](
        {
          event: name,
          requestId: ctx?.state?.requestId,
          clientId: ctx?.oidc?.client?.clientId,
          error: error?.error,
          reason: error?.error_detail ?? error?.error_description,
          ...(level === 'error' ? { err: error } : {}),
        },
        'the protocol refused a request',
      );
    });
  }
}
