import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../../services/context.js';
import { roleKeysById } from '../role-keys.js';

/** Organizations as they are answered; one read for all of their roles. */
export async function presentOrganizations(services: ServiceContext, organizations: readonly Organization[]) {
  const inherited = (await services.catalog.current()).defaultRoles;
  const keys = await roleKeysById(services, [...organizations.flatMap((one) => one.defaultRoles ?? []), ...inherited]);
  return (one: Organization) => ({
    id: one._id,
    slug: one.slug,
    name: one.name,
    status: one.status,
    joinPolicy: one.joinPolicy,
    defaultRoles: (one.defaultRoles ?? inherited).flatMap((id) => keys.get(id) ?? []),
    inheritsDefaultRoles: one.defaultRoles === undefined,
    roleMode: one.roleMode ?? 'multiple',
    revokeOnDowngrade: one.revokeOnDowngrade ?? false,
    metadata: one.metadata ?? {},
    createdAt: one.createdAt.toISOString(),
    updatedAt: one.updatedAt.toISOString(),
  });
}
