import { invalid } from '../../lib/errors.js';
import type { Organization, Role } from '../../models/index.js';
import { deleteRole } from '../../services/delete-role.js';
import type { Answer, Call } from '../endpoint.js';
import { rolesByKey } from '../role-keys.js';

/** What both ways of deleting a role share. */
export const DELETION = {
  conditional: true,
  answer: {
    status: 204,
    description: 'The role is gone. A large change goes on in the background, and counts at once.',
  },
  conflicts: ['role_in_use', 'built_in', 'single_role_mode'],
} as const;

export async function removeRole(
  { services, actor, revision }: Call,
  organization: Organization | null,
  role: Role,
  { replacement: key, remove }: { replacement?: string | undefined; remove?: 'true' | undefined },
): Promise<Answer> {
  const replacement = key === undefined ? undefined : (await rolesByKey(services, organization)).get(key);
  if (key !== undefined && !replacement)
    throw invalid('The replacement is not known here.', [{ path: 'replacement', message: `there is no role ${key}` }]);
  await deleteRole(services, actor, { role, replacement: remove ? null : replacement }, { revision });
  return {};
}
