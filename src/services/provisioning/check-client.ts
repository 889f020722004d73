/** What an application of a file may be by itself, whatever else the file holds. */
import type { Application } from '../../models/index.js';
import { redirectUriFault } from '../redirect-uris.js';
import type { Report } from './faults.js';
import type { ApplicationEntry } from './schema.js';

/** A refresh token can't go unused for longer than its family lasts; what the file doesn't say stays as it is. */
export function checkLifetimes(
  entry: ApplicationEntry,
  stored: Application | undefined,
  path: string,
  fault: Report,
): void {
  const said = (name: 'refreshTokenIdleTtl' | 'refreshTokenTtl') =>
    entry[name] === undefined ? stored?.[name] : entry[name];
  const [idle, absolute] = [said('refreshTokenIdleTtl'), said('refreshTokenTtl')];
  if (!idle || !absolute || idle <= absolute) return;
  const where = entry.refreshTokenIdleTtl === undefined ? 'refreshTokenTtl' : 'refreshTokenIdleTtl';
  fault(`${path}.${where}`, `a refresh token can’t be unused for ${idle} seconds where its family lasts ${absolute}`);
}

/** Grants that its type can't have, and addresses that nobody can be sent to. */
export function checkClient(entry: ApplicationEntry, type: string, path: string, fault: Report): void {
  if (type === 'machine' && entry.redirectUris?.length) fault(`${path}.redirectUris`, 'a machine application has none');
  (entry.grantTypes ?? []).forEach((grant, i) => {
    if (type === 'machine' && grant.endsWith(':device_code'))
      fault(`${path}.grantTypes[${i}]`, 'a machine application has no person who could allow it');
    if (grant === 'client_credentials' && (type === 'spa' || type === 'native'))
      fault(`${path}.grantTypes[${i}]`, 'client credentials are for an application that can keep a secret');
  });
  for (const list of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    (entry[list] ?? []).forEach((text, i) => {
      // What is no URI at all the schema has told.
      const wrong = URL.canParse(text) ? redirectUriFault(text, type === 'native') : undefined;
      if (wrong) fault(`${path}.${list}[${i}]`, wrong);
    });
  }
}
