/**
 * The FAPI 2.0 Security Profile for applications that ask for it (`securityProfile: fapi2`), as far as it is a matter of settings: PAR,
 * PKCE, DPoP and `private_key_jwt` for each of them, and no RS256 anywhere (5.4.1).
 */
import type { Application, SigningAlgorithm } from '../../models/application.js';
import type { OidcContext } from '../runtime.js';

export const isFapi2 = ({ securityProfile }: { securityProfile?: string | null | undefined }) =>
  securityProfile === 'fapi2';

/** For what clients sign: assertions and proofs. EdDSA is Ed25519, which RFC 9864 names by its own name too. */
export const FAPI2_ALGORITHMS: readonly string[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** For what this server signs to such an application: RS256, the default, counts as not chosen. */
export const signingAlgorithm = (application: Pick<Application, 'securityProfile'>, alg: SigningAlgorithm) =>
  isFapi2(application) && alg === 'RS256' ? 'ES256' : alg;

/** Client metadata that the profile decides. Anything but a redirect with a query is no response of this profile. */
export function profileMetadata(application: Application): Record<string, unknown> {
  const fapi2 = isFapi2(application);
  return {
    require_pushed_authorization_requests: fapi2 || application.requirePar === true,
    dpop_bound_access_tokens: fapi2 || application.requireDpop === true,
    requirePkce: fapi2 || application.requirePkce,
    ...(fapi2 ? { securityProfile: 'fapi2', response_modes: ['query'] } : {}),
  };
}

/** The library's `features.fapi`, per client. */
export const fapi = {
  enabled: true,
  profile: (_ctx: OidcContext, client: OidcContext) => (client && isFapi2(client) ? '2.0' : undefined),
};
