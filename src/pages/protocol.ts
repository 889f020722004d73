import type { Context } from 'koa';
import { isStoreAway, RollcallError, unavailable } from '../lib/errors.js';
import { allowFormTarget, allowOwnScripts } from '../middleware/security-headers.js';
import type { OidcContext } from '../oidc/runtime.js';
import type { ProviderPages } from '../oidc/settings/features.js';
import type { ServiceContext } from '../services/context.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { deviceEnds } from './device-ends.js';
import { heardFrom, speak, speakAsWanted, textsFor, uiLocales } from './language.js';
import { errorWords } from './refusals.js';
import type { Render } from './render.js';
import { viewApp } from './view-app.js';

/** Of the protocol's errors, whose own words are for developers. */
const PROTOCOL: Record<string, Message> = {
  invalid_client: message('error-client'),
  invalid_redirect_uri: message('error-redirect-uri'),
  access_denied: message('error-access-denied'),
  session_not_found: message('error-session'),
};

/** The page for an error, by code. Its words are ours; what the protocol says of it is for developers, English, and stands below. */
export function errorPage(render: Render) {
  return (ctx: Context, error: RollcallError, protocol = false): string =>
    error.code === 'interaction_expired'
      ? render('interaction/expired', { app: null, continueUrl: '/account' }, heardFrom(ctx))
      : render(
          'error',
          {
            app: null,
            status: error.status,
            heading: HEADINGS[error.status] ?? message('error-heading'),
            ...textOf(error, protocol),
            code: error.code,
            requestId: ctx.state.requestId,
            // On another server's address ours isn't there.
            homeUrl: error.status === 421 ? null : '/account',
          },
          heardFrom(ctx),
        );
}

function textOf(error: RollcallError, protocol: boolean): { text: Message | null; detail: string | null } {
  const { code, message: own } = error;
  // The same of whatever isn't there: a dead link says no more of itself.
  if (code === 'not_found') return { text: message('error-not-found'), detail: null };
  const text = PROTOCOL[code] ?? errorWords(error);
  if (text) return { text, detail: null };
  return { text: protocol ? message('error-protocol') : null, detail: own };
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
  const asked = (ctx: OidcContext) => uiLocales(ctx.oidc?.params?.ui_locales ?? ctx.query.ui_locales);
  const listen = (ctx: OidcContext) =>
    speakAsWanted(ctx, { catalogue, services }, asked(ctx), ctx.oidc?.session?.accountId);
  const page = errorPage(render);
  const appOf = async (clientId: string | undefined) =>
    viewApp((clientId && (await services.catalog.current()).applications.get(clientId)) || null);
  return {
    async error(ctx: OidcContext, out, error) {
      // Nothing is looked up for it: the store may be what is wrong.
      speak(ctx, catalogue, asked(ctx));
      if (isStoreAway(error)) {
        ctx.body = page(ctx, unavailable(error));
        return;
      }
      const text = out.error_description ?? 'The request can’t be answered.';
      ctx.type = 'html';
      ctx.body = page(ctx, new RollcallError(out.error, ctx.status, sentence(text)), true);
    },
    async formPost(ctx: OidcContext, redirectUri, fields) {
      await listen(ctx);
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
      await listen(ctx);
      allowFormTarget(ctx, ctx.oidc.params.post_logout_redirect_uri);
      // What comes of it is said in the same language: see `oidc/end-session.ts`.
      const { language } = textsFor(catalogue, heardFrom(ctx));
      const form = formHtml.replace('</form>', `<input type="hidden" name="ui_locales" value="${language}"/></form>`);
      ctx.body = render('logout/question', { app: await appOf(ctx.oidc.client?.clientId), formHtml: form });
    },
    async signedOut(ctx: OidcContext) {
      await listen(ctx);
      ctx.type = 'html';
      ctx.body = render('logout/done', { app: await appOf(ctx.oidc.client?.clientId), signInUrl: '/account' });
    },
    async stillSignedIn(ctx: OidcContext) {
      await listen(ctx);
      ctx.type = 'html';
      ctx.body = render('logout/stayed', { app: await appOf(ctx.oidc.client?.clientId), accountUrl: '/account' });
    },
    device: deviceEnds(services, render, csrf, listen),
  };
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
