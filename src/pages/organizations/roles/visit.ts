/** Somebody on the pages of one role: who they are, which role it is, what they may do with it. */
import type { Context } from 'koa';
import { can, managementOf, mayGive } from '../../../access/can.js';
import type { OrganizationPermission } from '../../../access/statements.js';
import { notFound } from '../../../lib/errors.js';
import type { Organization, Role } from '../../../models/index.js';
import { isRoleId } from '../../../models/role.js';
import { mayReadLog } from '../../../services/audit/select-events.js';
import type { CatalogSnapshot } from '../../../services/catalog.js';
import { isBuiltIn } from '../../../services/find-role.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type OrganizationVocabulary, rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { roleHref } from '../../view/roles.js';
import type { RoleKind, TabView } from '../../view/roles-views.js';

export interface RoleVisit extends Visitor {
  role: Role;
  vocabulary: OrganizationVocabulary;
  catalog: CatalogSnapshot;
  /** The organization's pages, and the role's own. */
  base: string;
  path: string;
  may: Record<'write' | 'readLog' | 'give' | 'giveToPeople' | 'giveToGroups', boolean>;
}

/** @returns undefined after the browser was sent to sign in. @throws RollcallError `not_found` */
export async function roleVisit(
  deps: PageDeps,
  ctx: Context,
  permission: OrganizationPermission,
): Promise<RoleVisit | undefined> {
  const visitor = await visitorOf(deps, ctx, 'roles:read', permission);
  if (!visitor) return undefined;
  const { organization, actor } = visitor;
  const catalog = await deps.services.catalog.current();
  const vocabulary = await vocabularyOf(deps.services, organization, catalog);
  const reference = ctx.params.role ?? '';
  const role = rolesHere(catalog, vocabulary).find(({ _id, key }) => (isRoleId(reference) ? _id : key) === reference);
  if (!role) throw notFound();
  const base = `/organizations/${organization.slug}`;
  const target = { organizationId: organization._id };
  const give = mayGive(actor, managementOf(role), target);
  return {
    ...visitor,
    role,
    vocabulary,
    catalog,
    base,
    path: roleHref(base, role),
    may: {
      write: kindOf(role) === 'own' && can(actor, 'roles:write', target),
      readLog: kindOf(role) === 'own' && mayReadLog(deps.services, actor, organization._id),
      give,
      giveToPeople: give && can(actor, 'members:write', target),
      giveToGroups:
        give && !isSingle(organization) && can(actor, 'groups:write', target) && can(actor, 'groups:read', target),
    },
  };
}

export function kindOf(role: Role): RoleKind {
  if (isBuiltIn(role)) return 'built-in';
  return role.organizationId === null ? 'instance' : 'own';
}

/** What each of the role's pages is given. */
export function pageOfRole(deps: PageDeps, ctx: Context, visit: RoleVisit) {
  const { role, base, path } = visit;
  const { key, name, description = '' } = role;
  return {
    frame: frameOf(deps, ctx, visit),
    base,
    path,
    role: { key, name, description, kind: kindOf(role) },
  };
}

/** @param people how many have it, where that was counted and isn't too many */
export function tabsOf(
  { path, role, may }: RoleVisit,
  current: 'assignments' | 'permissions' | 'activity',
  people: number | undefined,
): TabView[] {
  return [
    {
      label: message('role-assignments'),
      href: path,
      current: current === 'assignments',
      ...(people === undefined ? {} : { count: people }),
    },
    {
      label: message('role-permissions'),
      href: `${path}/permissions`,
      current: current === 'permissions',
      count: permissionCount(role),
    },
    ...(may.readLog
      ? [{ label: message('nav-activity'), href: `${path}/activity`, current: current === 'activity' }]
      : []),
  ];
}

/** Of APIs, and management permissions. */
export const permissionCount = (role: Role): number => role.permissions.length + managementOf(role).size;

export const isOf = ({ _id }: Organization) => ({ organizationId: _id });
