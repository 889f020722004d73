import type { Context } from 'koa';
import { isStoreAway, RollcallError, unavailable } from '../lib/errors.js';
import type { Csrf } from '../middleware/csrf.js';
import { allowFormTarget, allowOwnScripts } from '../middleware/security-headers.js';
import type { OidcContext } from '../oidc/runtime.js';
import type { ProviderPages } from '../oidc/settings/features.js';
import type { ServiceContext } from '../services/context.js';
import { deviceEnds } from './device-ends.js';
import type { Render } from './render.js';
import { viewApp } from './view-app.js';

const WORDS: Record<string, string> = {
  invalid_client: 'The application that sent you here isn’t known. Go back to it and try again, or tell who runs it.',
  invalid_redirect_uri:
    'The application asked to send you to an address that isn’t registered for it. Tell who runs it.',
  access_denied: 'You can’t go on to this application.',
  session_not_found: 'This sign-in has ended. Go back to the application and start again.',
};

/** The page for an error, by code. Its words are ours; the protocol's description is for developers and stands below. */
export function errorPage(render: Render) {
  return (ctx: Context, error: RollcallError): string =>
    error.code === 'interaction_expired'
      ? render('interaction/expired', { app: null, continueUrl: '/account' })
      : render('error', {
          app: null,
          status: error.status,
          heading: HEADINGS[error.status] ?? 'Something went wrong',
          message: error.message,
          code: error.code,
          requestId: ctx.state.requestId,
          homeUrl: '/account',
        });
}

const HEADINGS: Record<number, string> = {
  400: 'This can’t go on',
  403: 'This can’t be done',
  404: 'Nothing here',
  413: 'Too large',
  429: 'Try again later',
  421: 'Another server’s address',
  503: 'Try again in a moment',
};

/** What the library shows by itself: its errors, signing out, and how a device's login ended. */
export function providerPages(services: ServiceContext, render: Render, csrf: Csrf): ProviderPages {
  const page = errorPage(render);
  const appOf = async (clientId: string | undefined) =>
    viewApp((clientId && (await services.catalog.current()).applications.get(clientId)) || null);
  return {
    async error(ctx: OidcContext, out, error) {
      if (isStoreAway(error)) {
        ctx.body = page(ctx, unavailable(error));
        return;
      }
      const message = WORDS[out.error] ?? out.error_description ?? 'The request can’t be answered.';
      ctx.type = 'html';
      ctx.body = page(ctx, new RollcallError(out.error, ctx.status, sentence(message)));
    },
    async formPost(ctx: OidcContext, redirectUri, fields) {
      allowOwnScripts(ctx);
      allowFormTarget(ctx, redirectUri);
      // Also for an error: the page does what it is for. Its reader is the application.
      ctx.status = 200;
      ctx.type = 'html';
      const app = await appOf(ctx.oidc.client?.clientId);
      ctx.body = render('response/form-post', {
        app,
        action: redirectUri,
        fields: Object.entries(fields),
      });
    },
    async signOut(ctx: OidcContext, formHtml) {
      allowFormTarget(ctx, ctx.oidc.params.post_logout_redirect_uri);
      ctx.body = render('logout/question', { app: await appOf(ctx.oidc.client?.clientId), formHtml });
    },
    async signedOut(ctx: OidcContext) {
      ctx.type = 'html';
      ctx.body = render('logout/done', { app: await appOf(ctx.oidc.client?.clientId), signInUrl: '/account' });
    },
    async stillSignedIn(ctx: OidcContext) {
      ctx.type = 'html';
      ctx.body = render('logout/stayed', { app: await appOf(ctx.oidc.client?.clientId), accountUrl: '/account' });
    },
    device: deviceEnds(services, render, csrf),
  };
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
