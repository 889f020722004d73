import { liveRole } from '../access/effective-roles.js';
import type { Organization, Role } from '../models/index.js';
import type { ServiceContext } from './context.js';

type Defaults = Pick<Organization, 'defaultRoles'>;

/**
 * The roles that who joins gets, for any number of organizations: their own setting, else the instance's; what was deleted is read as what
 * replaces it (R5). One query for organizations' own roles, and one more where such a one was replaced.
 */
export async function defaultRolesOf(
  { models, catalog }: ServiceContext,
  organizations: readonly Defaults[],
): Promise<(organization: Defaults) => Role[]> {
  const snapshot = await catalog.current();
  const own = new Map<string, Role>();
  const known = (id: string) => snapshot.roles.get(id) ?? own.get(id);
  let wanted = organizations.flatMap((one) => one.defaultRoles ?? []);
  for (;;) {
    const missing = [...new Set(wanted)].filter((id) => !known(id));
    const found: Role[] = missing.length
      ? await models.Role.find({ _id: { $in: missing } }, { pendingEvents: 0 }).lean()
      : [];
    for (const role of found) own.set(role._id, role);
    wanted = found.flatMap((role) => role.deleted?.replacement ?? []);
    if (wanted.length === 0) break;
  }
  return ({ defaultRoles = snapshot.defaultRoles as string[] }) => [
    ...new Map(defaultRoles.flatMap((id) => liveRole(id, known) ?? []).map((role) => [role._id, role])).values(),
  ];
}
