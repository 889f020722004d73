import { errors, type Provider } from 'oidc-provider';
import { RollcallError } from '../lib/errors.js';
import type { ApplicationCheck } from '../services/registration/index.js';
import type { OidcContext } from './runtime.js';
import { ACR_PASSWORD } from './settings/claims.js';
import { applicationMetadata } from './settings/clients.js';
import { OIDC_SCOPES } from './settings/scopes.js';

/** What registrations may name. */
export const REGISTRABLE = { scopes: OIDC_SCOPES, acrValues: [ACR_PASSWORD] } as const;

/**
 * Has the library look at an application before it is stored: one that it refuses afterwards could do nothing. It also fetches the sector
 * identifier and holds the redirect URIs against it (OpenID Connect Registration 5); as subjects are public, that is all there is to it.
 */
export function createApplicationCheck(provider: Provider): ApplicationCheck {
  return async (application) => {
    const sector = application.registration?.metadata.sector_identifier_uri;
    try {
      await (provider.Client as OidcContext).validate({
        ...applicationMetadata(application),
        ...(sector ? { sector_identifier_uri: sector } : {}),
      });
    } catch (error) {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error;
      throw new RollcallError(error.error, 400, error.error_description ?? error.message, { cause: error });
    }
  };
}
