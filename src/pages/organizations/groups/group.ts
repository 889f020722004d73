/** What the pages of one group have in common. */
import type { Context } from 'koa';
import { can, managementOf, mayGive } from '../../../access/can.js';
import { liveRole } from '../../../access/effective-roles.js';
import type { OrganizationPermission } from '../../../access/statements.js';
import { notFound } from '../../../lib/errors.js';
import { isId } from '../../../lib/ids.js';
import type { Group, KnownGroup, Organization, Role } from '../../../models/index.js';
import { ADMIN_ROLE_ID } from '../../../models/role.js';
import { mayReadLog } from '../../../services/audit/select-events.js';
import { findGroup } from '../../../services/find-group.js';
import type { Total } from '../../../services/lists/total.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { type OrganizationVocabulary, rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { tokenMinutes } from '../../effect.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { chipsOf, type RoleChip } from '../../view/roles.js';

/** Somebody at a group's pages. */
export interface GroupVisit {
  visitor: Visitor;
  group: Group;
  vocabulary: OrganizationVocabulary;
  /** Of the organization's pages, and of the group's. */
  base: string;
  href: string;
}

/**
 * @returns undefined after the browser was sent to sign in
 * @throws RollcallError `not_found`
 */
export async function groupVisit(
  deps: PageDeps,
  ctx: Context,
  permission: OrganizationPermission,
): Promise<GroupVisit | undefined> {
  const visitor = await visitorOf(deps, ctx, 'groups:read', permission);
  if (!visitor) return undefined;
  const { organization } = visitor;
  const id = ctx.params.group ?? '';
  if (!isId('grp', id)) throw notFound();
  const [group, vocabulary] = await Promise.all([
    findGroup(deps.services, organization._id, id),
    vocabularyOf(deps.services, organization),
  ]);
  const base = `/organizations/${organization.slug}`;
  return { visitor, group, vocabulary, base, href: `${base}/groups/${id}` };
}

export const groupView = ({ slug }: Organization, { _id, name, description = '' }: Group) => ({
  id: _id,
  name,
  description,
  href: `/organizations/${slug}/groups/${_id}`,
});

/** The roles that a group carries, by name: each once, and what was deleted as what replaces it (R5). */
export const carriedRoles = ({ roles }: Pick<KnownGroup, 'roles'>, { role }: OrganizationVocabulary): Role[] =>
  [...new Map(roles.flatMap((id) => liveRole(id, role) ?? []).map((one) => [one._id, one])).values()].sort(byName);

export const carriedChips = (group: Pick<KnownGroup, 'roles'>, vocabulary: OrganizationVocabulary) =>
  chipsFor(carriedRoles(group, vocabulary));

/** Roles that nobody holds here, so to say: only what they are. @param options as of `chipsOf` */
export const chipsFor = (roles: readonly Role[], options: Parameters<typeof chipsOf>[2] = {}): RoleChip[] =>
  chipsOf(
    roles.map((role) => ({ role, direct: {}, groups: [] })),
    new Date(0),
    options,
  );

/** Every role of an organization by name; `admin` comes last, so that nobody picks it by not picking. */
export async function rolesOf({ services }: PageDeps, vocabulary: OrganizationVocabulary): Promise<Role[]> {
  const last = ({ _id }: Role) => Number(_id === ADMIN_ROLE_ID);
  return rolesHere(await services.catalog.current(), vocabulary).sort((a, b) => last(a) - last(b));
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

/** Whether the visitor may give or take a role here (R15). */
export const givable =
  ({ actor, organization }: Visitor) =>
  (role: Role): boolean =>
    mayGive(actor, managementOf(role), { organizationId: organization._id });

/** Whether they may put people into a group that carries these, or take them out. */
export const mayAssign = (visitor: Visitor, carried: readonly Role[]): boolean =>
  can(visitor.actor, 'members:write', { organizationId: visitor.organization._id }) && carried.every(givable(visitor));

interface Shown {
  tab: 'members' | 'roles' | 'activity';
  members: Total | undefined;
  refused?: Message | string | undefined;
}

/** What every tab of a group is given. */
export async function shownGroup(deps: PageDeps, ctx: Context, visit: GroupVisit, { tab, members, refused }: Shown) {
  const { visitor, group, vocabulary, base, href } = visit;
  const { actor, organization } = visitor;
  const carried = carriedRoles(group, vocabulary);
  const target = { organizationId: organization._id };
  const mayWrite = can(actor, 'groups:write', target);
  return {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    group: groupView(organization, group),
    tabs: [
      ...(can(actor, 'members:read', target)
        ? [
            {
              label: message('nav-members'),
              href,
              current: tab === 'members',
              ...(members && !members.more ? { count: members.count } : {}),
            },
          ]
        : []),
      { label: message('nav-roles'), href: `${href}/roles`, current: tab === 'roles', count: carried.length },
      ...(mayReadLog(deps.services, actor, organization._id)
        ? [{ label: message('nav-activity'), href: `${href}/activity`, current: tab === 'activity' }]
        : []),
    ],
    mayWrite,
    mayDelete: mayWrite && carried.every(givable(visitor)),
    single: isSingle(organization),
    refused: refused ?? null,
    minutes: await tokenMinutes(deps),
  };
}

/** The pages above a question about a group. */
export const crumbsOf = ({ group, base, href }: GroupVisit) => [
  { label: message('nav-groups'), href: `${base}/groups` },
  { label: group.name, href },
];
