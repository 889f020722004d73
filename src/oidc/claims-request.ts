/** The `claims` parameter (OIDC Core 5.5): single claims, asked for the ID token or for userinfo. */
import { errors } from 'oidc-provider';
import type { OidcContext } from './runtime.js';
import { claims as claimsOfScopes } from './settings/claims.js';

/** The claims that a sign-in itself answers; the library compares their `value` and `values` with the session. */
const COMPARED = new Set(['sub', 'acr']);
const MEMBERS = ['userinfo', 'id_token'] as const;

type ClaimRequest = { essential?: true; value?: string; values?: string[] } | null;

const scopesOfClaim = new Map<string, string[]>();
for (const [scope, names] of Object.entries(claimsOfScopes as Record<string, string[]>)) {
  for (const name of names) scopesOfClaim.set(name, [...(scopesOfClaim.get(name) ?? []), scope]);
}

/** The scopes that give a claim too. */
export const scopesGiving = (claim: string): readonly string[] => scopesOfClaim.get(claim) ?? [];

/**
 * `assertClaimsParameter`: keeps of the request what this server understands, for the code and the refresh token carry it into the store.
 * Claims that nobody knows are left out without an error, as 5.5 has it.
 * @throws InvalidRequest for a member of a wrong type
 */
export async function reduceClaimsParameter(ctx: OidcContext, claims: Record<string, unknown>): Promise<void> {
  const reduced: Record<string, Record<string, ClaimRequest>> = {};
  for (const member of MEMBERS) {
    if (!Object.hasOwn(claims, member)) continue;
    const named = Object.entries(claims[member] as object).filter(([name]) => scopesOfClaim.has(name));
    reduced[member] = Object.fromEntries(named.map(([name, request]) => [name, reduce(name, request)]));
  }
  ctx.oidc.params.claims = JSON.stringify(reduced);
}

function reduce(name: string, request: unknown): ClaimRequest {
  if (request === null) return null;
  if (typeof request !== 'object' || Array.isArray(request)) throw invalid(name, 'expected null or an object');
  const { essential, value, values } = request as Record<string, unknown>;
  if (essential !== undefined && typeof essential !== 'boolean') throw invalid(name, 'essential is true or false');
  if (values !== undefined && !Array.isArray(values)) throw invalid(name, 'values is an array');
  const known: ClaimRequest = essential ? { essential } : {};
  if (!COMPARED.has(name)) return known;
  if (value !== undefined) known.value = text(name, value);
  if (values !== undefined) known.values = (values as unknown[]).map((one) => text(name, one));
  return known;
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid(name, 'expected text for a value');
}

const invalid = (name: string, what: string) => new errors.InvalidRequest(`claims parameter, ${name}: ${what}`);
