/**
 * This server's own API as a resource server (architecture 2): its identifier is `ISSUER/api`, its permissions are those of `access/`. It is
 * built in and not stored, for the store outlives an issuer, and what it declares is this program's.
 */
import { MANAGEMENT_PERMISSIONS, managementPermissionsOf } from '../access/management.js';
import type { Api } from '../models/index.js';
import type { CatalogSnapshot } from '../services/catalog.js';
import { actorOf } from '../services/load-actor.js';
import type { Standing } from '../services/load-standing.js';

/** How an application's permissions name it. */
export const MANAGEMENT = 'management';

export const managementIdentifier = (issuer: string): string => `${issuer}/api`;

const BEGINNING = new Date(0);

function managementApi(issuer: string): Api {
  return {
    _id: managementIdentifier(issuer),
    name: 'Rollcall',
    permissions: Object.entries(MANAGEMENT_PERMISSIONS).map(([key, description]) => ({
      key,
      description,
      operatorsOnly: false,
    })),
    tokenFormat: 'jwt',
    accessTokenSigningAlg: 'ES256',
    accessTokenTtl: 300,
    createdAt: BEGINNING,
    updatedAt: BEGINNING,
  };
}

interface Issuer {
  issuer: string;
}

/** An API by its identifier: the built-in one, or one of the catalog's. */
export function apiAt({ issuer }: Issuer, catalog: CatalogSnapshot, identifier: string | undefined): Api | undefined {
  if (identifier === undefined) return undefined;
  return identifier === managementIdentifier(issuer) ? managementApi(issuer) : catalog.apis.get(identifier);
}

/** The permissions that a person's roles give at an API, sorted. At the built-in one `can()` decides, as for every page. */
export function permissionsGiven({ issuer }: Issuer, standing: Standing, api: Api): string[] {
  if (api._id !== managementIdentifier(issuer)) return standing.permissionsAt(api);
  return standing.organization ? managementPermissionsOf(actorOf(standing), standing.organization._id) : [];
}
