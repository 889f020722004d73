import { type Actor, managementOfAll, operatorPermissions, SYSTEM_ORGANIZATION } from '../access/can.js';
import type { ServiceContext } from './context.js';
import { loadStanding, type Standing } from './load-standing.js';

/**
 * A user as `can()` judges them, by today's roles: in `system`, where who runs it is an operator (R14), and in the organization that is
 * acted in.
 */
export async function loadActor(context: ServiceContext, userId: string, organizationId?: string): Promise<Actor> {
  const { systemOrganizationId: system } = context;
  const ids = [...new Set([system, ...(organizationId ? [organizationId] : [])])];
  const standings = await Promise.all(ids.map((id) => loadStanding(context, { userId, organizationId: id })));
  const permissions = new Map(ids.map((id, index) => [id, managementOfAll(standings[index]?.roles ?? [])]));
  const operator = operatorPermissions(permissions.get(system) ?? new Set());
  return { kind: 'user', userId, permissions, ...(operator ? { operator } : {}) };
}

/** Who acts in one organization, by today's roles there: in `system`, as an operator. */
export function actorOf({ user, organization, roles }: Pick<Standing, 'user' | 'organization' | 'roles'>): Actor {
  const held = managementOfAll(roles);
  const operator = organization?.slug === SYSTEM_ORGANIZATION ? operatorPermissions(held) : undefined;
  const permissions = new Map(organization ? [[organization._id, held]] : []);
  return { kind: 'user', userId: user._id, permissions, ...(operator ? { operator } : {}) };
}
