import type { Provider } from 'oidc-provider';
import { tokensIssued } from '../lib/metrics.js';
import type { OidcContext } from './runtime.js';

const KINDS = ['access_token', 'refresh_token', 'id_token'] as const;

/** Counts what each successful answer of the token endpoint held, by kind. Only grant types that the server has get there. */
export function countTokens(provider: Provider): void {
  provider.on('grant.success', (ctx: OidcContext) => {
    const grantType: string = ctx.oidc.params.grant_type;
    for (const kind of KINDS) {
      if (ctx.body?.[kind] !== undefined) tokensIssued.inc({ kind, grant_type: grantType });
    }
  });
}
