/**
 * How an application authenticates, and the FAPI 2.0 profile, which decides over most of it. What the file doesn't say is as it is stored,
 * else at its default; a default that the profile contradicts counts as not said.
 */
import type { PublicJwk } from '../../lib/public-jwk.js';
import type { Application } from '../../models/index.js';
import type { Report } from './faults.js';
import type { ApplicationEntry } from './schema.js';
import { givesSecret } from './secrets.js';

export interface Credentials {
  type: Application['type'];
  method: Application['tokenEndpointAuthMethod'];
  jwks: { keys: PublicJwk[] } | null;
  jwksUri: string | null;
  fapi2: boolean;
}

/** What applies after the file was applied. Of keys and their address the one that the file names replaces the other. */
export function credentialsOf(entry: ApplicationEntry, stored: Application | undefined): Credentials {
  const type = entry.type ?? stored?.type ?? 'web';
  const jwks = entry.jwks === undefined && !entry.jwksUri ? (stored?.jwks ?? null) : (entry.jwks ?? null);
  const jwksUri = entry.jwksUri === undefined && !entry.jwks ? (stored?.jwksUri ?? null) : (entry.jwksUri ?? null);
  const fapi2 = (entry.securityProfile === undefined ? stored?.securityProfile : entry.securityProfile) === 'fapi2';
  const fallback = type === 'spa' || type === 'native' ? 'none' : 'client_secret_basic';
  const kept = stored?.type === type ? stored.tokenEndpointAuthMethod : undefined;
  const said = entry.tokenEndpointAuthMethod ?? kept ?? fallback;
  const byKey = fapi2 && said === 'client_secret_basic' && !givesSecret(entry) && (jwks ?? jwksUri) !== null;
  return { type, method: byKey ? 'private_key_jwt' : said, jwks, jwksUri, fapi2 };
}

export function checkCredentials(
  entry: ApplicationEntry,
  stored: Application | undefined,
  path: string,
  fault: Report,
): void {
  const credentials = credentialsOf(entry, stored);
  const { type, method } = credentials;
  if (entry.clientSecret && entry.clientSecretHash)
    fault(`${path}.clientSecretHash`, 'expected a secret or its hash, not both');
  if (type === 'spa' || type === 'native') {
    if (givesSecret(entry)) fault(`${path}.clientSecret`, `an application of type ${type} has none`);
    if (method !== 'none') fault(`${path}.tokenEndpointAuthMethod`, `expected none for an application of type ${type}`);
  }
  if (type === 'machine' && method === 'none')
    fault(`${path}.tokenEndpointAuthMethod`, 'a machine application authenticates by its secret or its key');
  if (method === 'private_key_jwt') checkKeys(entry, credentials, path, fault);
  else checkSecret(entry, { ...credentials, hasSecret: stored?.secretHash !== undefined }, path, fault);
  if (method === 'none' && entry.requirePkce === false)
    fault(`${path}.requirePkce`, 'false only for a confidential application');
  if (credentials.fapi2) checkProfile(entry, stored, credentials, path, fault);
}

/** RFC 7523: keys in one place, and no secret beside them. */
function checkKeys(entry: ApplicationEntry, { jwks, jwksUri }: Credentials, path: string, fault: Report): void {
  if (givesSecret(entry)) fault(`${path}.clientSecret`, 'an application with private_key_jwt has none');
  if (entry.jwks && entry.jwksUri) fault(`${path}.jwksUri`, 'expected jwks or jwksUri, not both');
  else if (!jwks && !jwksUri) fault(`${path}.jwks`, 'private_key_jwt needs jwks or jwksUri');
}

function checkSecret(
  entry: ApplicationEntry,
  { method, hasSecret, fapi2 }: Credentials & { hasSecret: boolean },
  path: string,
  fault: Report,
): void {
  for (const name of ['jwks', 'jwksUri'] as const)
    if (entry[name] && !fapi2) fault(`${path}.${name}`, 'only with tokenEndpointAuthMethod: private_key_jwt');
  if (method !== 'none' && !fapi2 && !givesSecret(entry) && !hasSecret)
    fault(`${path}.clientSecret`, 'a confidential application needs one');
}

/** FAPI 2.0 Security Profile 5.3.2.1: what it requires beyond what follows from it by itself (PAR, DPoP, ES256). */
function checkProfile(
  entry: ApplicationEntry,
  stored: Application | undefined,
  { type, method, jwks }: Credentials,
  path: string,
  fault: Report,
): void {
  if (type === 'spa' || type === 'native')
    fault(`${path}.securityProfile`, 'fapi2 is for confidential applications, of type web or machine');
  else if (method !== 'private_key_jwt') {
    fault(`${path}.tokenEndpointAuthMethod`, 'securityProfile fapi2 needs private_key_jwt, with jwks or jwksUri');
    if (givesSecret(entry)) fault(`${path}.clientSecret`, 'an application with securityProfile fapi2 has none');
    if (!entry.jwks && !entry.jwksUri) fault(`${path}.jwks`, 'securityProfile fapi2 needs jwks or jwksUri');
  }
  if ((entry.requirePkce ?? stored?.requirePkce) === false)
    fault(`${path}.requirePkce`, 'securityProfile fapi2 needs PKCE');
  (jwks?.keys ?? []).forEach((key, i) => {
    if (key.alg === 'RS256')
      fault(`${path}.jwks.keys[${i}].alg`, 'expected PS256, ES256 or EdDSA with securityProfile fapi2');
  });
  (entry.grantTypes ?? []).forEach((grant, i) => {
    if (grant.endsWith('device_code'))
      fault(`${path}.grantTypes[${i}]`, 'the device flow is no part of securityProfile fapi2');
  });
}
