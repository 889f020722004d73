import { Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';
import type { ProviderPages } from './settings/features.js';

type Handler = (ctx: OidcContext, redirectUri: string, payload: Record<string, unknown>) => unknown;

/**
 * The provider with our page for `response_mode=form_post` (OAuth 2.0 Form Post Response Mode). The library registers its own while it
 * is being made (initialize_app.js), and a mode that is registered already can't be replaced afterwards.
 */
export function withFormPost(pages: ProviderPages): typeof Provider {
  const formPost: Handler = (ctx, redirectUri, payload) =>
    pages.formPost(
      ctx,
      redirectUri,
      Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)])),
    );
  return class extends (Provider as unknown as new (...args: unknown[]) => OidcContext) {
    registerResponseMode(name: string, handler: Handler) {
      super.registerResponseMode(name, name === 'form_post' ? formPost : handler);
    }
  } as unknown as typeof Provider;
}
