/** One member: who they are, to whoever may see them, and what is around each of their tabs. */
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import type { OrganizationPermission } from '../../../access/statements.js';
import type { KnownGroup, Role } from '../../../models/index.js';
import { mayReadLog } from '../../../services/audit/select-events.js';
import type { MemberOverview } from '../../../services/list-members.js';
import { readMember } from '../../../services/read-member.js';
import { rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import type { MemberHead } from '../../view/members-views.js';

export interface OnMember {
  visitor: Visitor;
  member: MemberOverview;
  /** The page of this member. */
  path: string;
  key: { organizationId: string; userId: string };
}

/**
 * @param permission what is needed besides seeing members
 * @returns undefined after the browser was sent to sign in
 * @throws RollcallError `not_found`
 */
export async function onMember(
  deps: PageDeps,
  ctx: Context,
  permission: OrganizationPermission = 'members:read',
): Promise<OnMember | undefined> {
  const visitor = await visitorOf(deps, ctx, 'members:read', permission);
  if (!visitor) return undefined;
  const { organization, actor } = visitor;
  const member = await readMember(deps.services, actor, organization, ctx.params.member ?? '');
  const { _id: organizationId, slug } = organization;
  return {
    visitor,
    member,
    path: `/organizations/${slug}/members/${member.membership._id}`,
    key: { organizationId, userId: member.user._id },
  };
}

/** Whether the visitor may end the sessions of members. */
export const mayEnd = ({ actor, organization }: Visitor): boolean =>
  can(actor, 'sessions:end', { organizationId: organization._id });

export type MemberTab = 'roles' | 'groups' | 'sessions' | 'activity';

/** What stands above every tab. */
export function headOf(deps: PageDeps, ctx: Context, { visitor, member, path }: OnMember, tab: MemberTab): MemberHead {
  const { actor, organization } = visitor;
  const may = (permission: OrganizationPermission) => can(actor, permission, { organizationId: organization._id });
  const { membership, user, held, groups } = member;
  return {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    path,
    member: {
      id: membership._id,
      person: { id: user._id, name: user.name, email: user.email, picture: user.picture ?? null },
      status: user.status === 'active' ? membership.status : 'disabled',
      joined: membership.createdAt,
      revision: membership.revision ?? 0,
    },
    tabs: [
      { label: message('nav-roles'), href: path, current: tab === 'roles', count: held.length },
      { label: message('nav-groups'), href: `${path}/groups`, current: tab === 'groups', count: groups.length },
      ...(may('sessions:end')
        ? [{ label: message('member-sessions'), href: `${path}/sessions`, current: tab === 'sessions' }]
        : []),
      ...(mayReadLog(deps.services, actor, organization._id)
        ? [{ label: message('nav-activity'), href: `${path}/activity`, current: tab === 'activity' }]
        : []),
    ],
    mayWrite: may('members:write'),
    mayEnd: mayEnd(visitor),
  };
}

/** All roles that are there in an organization, by name: its own and the instance's; none to who may not see them. */
export async function rolesOf(deps: PageDeps, { organization, actor }: Visitor): Promise<Role[]> {
  if (!can(actor, 'roles:read', { organizationId: organization._id })) return [];
  const { services } = deps;
  const catalog = await services.catalog.current();
  return rolesHere(catalog, await vocabularyOf(services, organization, catalog));
}

/** The groups of an organization, by name; none to who may not see them. */
export async function groupsOf(deps: PageDeps, { organization, actor }: Visitor): Promise<KnownGroup[]> {
  if (!can(actor, 'groups:read', { organizationId: organization._id })) return [];
  const { groups } = await vocabularyOf(deps.services, organization);
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** A role as somebody names it: by its key or id, or else by its name. */
export function roleNamed(roles: readonly Role[], text: string): Role | undefined {
  const name = text.toLowerCase();
  return (
    roles.find((role) => role.key === text || role._id === text) ??
    roles.find((role) => role.name.toLowerCase() === name)
  );
}
