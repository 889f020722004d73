import type { ManagementPermission } from '../access/statements.js';
import { apiAt, managementIdentifier } from './management-api.js';
import type { Runtime } from './runtime.js';
import { permissionsAllowed } from './settings/resources.js';

/** What an application's own tokens may carry at the management API today: nothing where it is gone, or may not ask for the API. */
export async function machinePermissions(
  { services, issuer }: Pick<Runtime, 'services' | 'issuer'>,
  applicationId: string,
): Promise<ReadonlySet<ManagementPermission>> {
  const snapshot = await services.catalog.current();
  const application = snapshot.applications.get(applicationId);
  const api = apiAt({ issuer }, snapshot, managementIdentifier(issuer));
  const allowed = application && api ? permissionsAllowed(application, api, issuer) : undefined;
  return new Set((allowed ?? []) as ManagementPermission[]);
}
