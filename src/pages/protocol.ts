import type { Context } from 'koa';
import { isStoreAway, RollcallError, unavailable } from '../lib/errors.js';
import { allowFormTarget, allowOwnScripts } from '../middleware/security-headers.js';
import type { OidcContext } from '../oidc/runtime.js';
import type { ProviderPages } from '../oidc/settings/features.js';
import type { ServiceContext } from '../services/context.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { deviceEnds } from './device-ends.js';
import { heardFrom, speak, uiLocales } from './language.js';
import type { Render } from './render.js';
import { viewApp } from './view-app.js';

const WORDS: Record<string, Message> = {
  invalid_client: message('error-client'),
  invalid_redirect_uri: message('error-redirect-uri'),
  access_denied: message('error-access-denied'),
  session_not_found: message('error-session'),
};

/** The page for an error, by code. Its words are ours; the protocol's description is for developers and stands below. */
export function errorPage(render: Render) {
  return (ctx: Context, error: RollcallError): string =>
    error.code === 'interaction_expired'
      ? render('interaction/expired', { app: null, continueUrl: '/account' }, heardFrom(ctx))
      : render(
          'error',
          {
            app: null,
            status: error.status,
            heading: HEADINGS[error.status] ?? message('error-heading'),
            // Of what isn't there the heading says all.
            text: error.code === 'not_found' ? '' : (WORDS[error.code] ?? error.message),
            code: error.code,
            requestId: ctx.state.requestId,
            homeUrl: '/account',
          },
          heardFrom(ctx),
        );
}

const HEADINGS: Record<number, Message> = {
  400: message('error-heading-400'),
  403: message('error-heading-403'),
  404: message('error-heading-404'),
  413: message('error-heading-413'),
  429: message('error-heading-429'),
  421: message('error-heading-421'),
  503: message('error-heading-503'),
};

/** What the library shows by itself: its errors, signing out, and how a device's login ended. */
export function providerPages(
  services: ServiceContext,
  { render, catalogue, csrf }: Pick<PageDeps, 'render' | 'catalogue' | 'csrf'>,
): ProviderPages {
  const listen = (ctx: OidcContext) => speak(ctx, catalogue, uiLocales(ctx.oidc?.params?.ui_locales));
  const page = errorPage(render);
  const appOf = async (clientId: string | undefined) =>
    viewApp((clientId && (await services.catalog.current()).applications.get(clientId)) || null);
  return {
    async error(ctx: OidcContext, out, error) {
      listen(ctx);
      if (isStoreAway(error)) {
        ctx.body = page(ctx, unavailable(error));
        return;
      }
      const text = out.error_description ?? 'The request can’t be answered.';
      ctx.type = 'html';
      ctx.body = page(ctx, new RollcallError(out.error, ctx.status, sentence(text)));
    },
    async formPost(ctx: OidcContext, redirectUri, fields) {
      listen(ctx);
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
      listen(ctx);
      allowFormTarget(ctx, ctx.oidc.params.post_logout_redirect_uri);
      ctx.body = render('logout/question', { app: await appOf(ctx.oidc.client?.clientId), formHtml });
    },
    async signedOut(ctx: OidcContext) {
      listen(ctx);
      ctx.type = 'html';
      ctx.body = render('logout/done', { app: await appOf(ctx.oidc.client?.clientId), signInUrl: '/account' });
    },
    async stillSignedIn(ctx: OidcContext) {
      listen(ctx);
      ctx.type = 'html';
      ctx.body = render('logout/stayed', { app: await appOf(ctx.oidc.client?.clientId), accountUrl: '/account' });
    },
    device: deviceEnds(services, render, csrf),
  };
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
