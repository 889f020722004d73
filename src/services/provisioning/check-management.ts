/** What a file says about this server's own management API: its permissions are fixed (`access/statements.ts`), and nobody else's. */
import { isManagementPermission } from '../../access/statements.js';
import type { Report } from './faults.js';
import type { ProvisioningFile } from './schema.js';

export function checkManagement(file: ProvisioningFile, fault: Report): void {
  (file.apis ?? []).forEach((api, i) => {
    (api.permissions ?? []).forEach(({ key }, p) => {
      // A role's permissions are one list: the key would mean two things there.
      if (isManagementPermission(key))
        fault(`apis[${i}].permissions[${p}].key`, `${key} is a permission of this server’s own management API`);
    });
  });
  (file.applications ?? []).forEach((application, i) => {
    (application.permissions ?? []).forEach(({ api, permissions }, p) => {
      if (api !== 'management') return;
      permissions.forEach((key, k) => {
        if (key !== '*' && !isManagementPermission(key))
          fault(`applications[${i}].permissions[${p}].permissions[${k}]`, `there is no management permission ${key}`);
      });
    });
  });
}
