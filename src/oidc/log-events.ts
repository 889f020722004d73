import type { Context, Next } from 'koa';
import type { Provider } from 'oidc-provider';
import { isStoreAway } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import type { OidcContext } from './runtime.js';

/** Errors of the protocol, whose reasons the library tells only by events, and what the log level for each is. */
const EVENTS = {
  server_error: 'error',
  'authorization.error': 'info',
  'grant.error': 'info',
  'pushed_authorization_request.error': 'info',
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
      if (isStoreAway(error)) {
        // Told once, by whoever sees the store go (store/watch.ts); the request gets its 503 below.
        ctx.state.storeAway = true;
        return;
      }
      logger[level](
        {
          event: name,
          requestId: ctx?.req?.rollcall?.requestId,
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

/** A store that is away is no defect of the request: 503, and when to try again, where the library says 500. */
export async function answerStoreAway(ctx: Context, next: Next): Promise<void> {
  await next();
  if (!ctx.state.storeAway || ctx.status !== 500) return;
  const { body } = ctx;
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body =
    typeof body === 'string' ? body : { error: 'temporarily_unavailable', error_description: 'try again in a moment' };
}
