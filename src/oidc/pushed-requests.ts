import { errors, type Provider } from 'oidc-provider';
import type { OidcContext } from './runtime.js';

/**
 * A login that began with a pushed request ends by marking it as used. Where its record is gone by then (a login of hours), nobody knows
 * whether it was used already; the library would go on, so it is refused here.
 */
export function refuseForgottenRequests(provider: Provider): void {
  const model = provider.PushedAuthorizationRequest as OidcContext;
  const find = model.find.bind(model);
  model.find = async (id: string, options: unknown) => {
    const found = await find(id, options);
    if (!found && (provider.constructor as OidcContext).ctx?.oidc.route === 'resume')
      throw new errors.InvalidRequestUri('the request_uri is from too long ago');
    return found;
  };
}
