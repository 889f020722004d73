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
  'device_authorization.error': 'info',
  'device_resume.error': 'info',
} as const;

/** What a device that waits is told each few seconds: no refusal that anybody has to look at. */
const WAITING = new Set(['authorization_pending', 'slow_down']);

/** What happens to a device (RFC 8628), by the library's events and our own; codes are in none of these lines. */
const DEVICE_EVENTS = {
  'device_authorization.success': 'a device asks for access',
  'device_code.allowed': 'a person allowed a device',
  'device_code.denied': 'a device was denied access',
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
      logger[WAITING.has(error?.error) ? 'debug' : level](
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
  for (const [name, message] of Object.entries(DEVICE_EVENTS)) {
    provider.on(name as 'authorization.success', (ctx: OidcContext) => {
      const { client, session } = ctx.oidc;
      const who = session?.accountId ? { userId: session.accountId } : {};
      logger.info({ event: name, requestId: ctx.req.rollcall?.requestId, clientId: client?.clientId, ...who }, message);
    });
  }
  provider.on('device_code.consumed', ({ clientId, accountId }: OidcContext) => {
    logger.info({ event: 'device_code.consumed', clientId, userId: accountId }, 'a device got its tokens');
  });
}

/**
 * A store that is away is no defect of the request: 503, and when to try again, where the library says 500. What our own steps around
 * the library's throw passes its error handling by, and is told and answered here.
 */
export function createFailureAnswer(provider: Provider) {
  return async function answerFailures(ctx: Context, next: Next): Promise<void> {
    try {
      await next();
    } catch (error) {
      if ((error as { expose?: boolean }).expose) throw error;
      provider.emit('server_error', ctx as OidcContext, error as Error);
      ctx.status = 500;
      ctx.body = { error: 'server_error', error_description: 'something went wrong on our side' };
    }
    if (ctx.state.storeAway && ctx.status === 500) sayStoreAway(ctx);
  };
}

function sayStoreAway(ctx: Context): void {
  const { body } = ctx;
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body =
    typeof body === 'string' ? body : { error: 'temporarily_unavailable', error_description: 'try again in a moment' };
}
