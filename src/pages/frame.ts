/**
 * What is around every page of the account: who asks, where they are, where they may go. Reading that is the same for all of them, and a
 * page's own queries come on top of it.
 */
import type { Context, Next } from 'koa';
import { type Actor, can, SYSTEM_ORGANIZATION } from '../access/can.js';
import { ORGANIZATION_PERMISSIONS, type OrganizationPermission } from '../access/statements.js';
import { notFound } from '../lib/errors.js';
import { allowOwnRequests } from '../middleware/security-headers.js';
import type { Organization, User } from '../models/index.js';
import type { Color } from '../models/organization.js';
import { mayReadLog } from '../services/audit/select-events.js';
import { claimOwner } from '../services/claim-name.js';
import { isSlug } from '../services/create-organization.js';
import { actable, listMemberships, type MembershipOverview } from '../services/list-memberships.js';
import { loadActor } from '../services/load-actor.js';
import { visitOrganization } from '../services/visit-organization.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { type Notice, takeNotice } from './notice.js';
import { requireUser } from './require-user.js';

const ORGANIZATION_PERMISSION_KEYS = Object.keys(ORGANIZATION_PERMISSIONS) as OrganizationPermission[];

/** A person on their own pages. */
export interface Asker {
  user: User;
  actor: Actor;
  memberships: MembershipOverview[];
}

/** A person on an organization's pages. */
export interface Visitor extends Asker {
  organization: Organization;
  /** They aren't let in by their roles here, but run the server. */
  asOperator: boolean;
}

interface OrganizationLook {
  id: string;
  name: string;
  slug: string;
  picture?: string | null;
  color?: Color | null;
}

const lookOf = ({ _id: id, name, slug, picture = null, color = null }: Organization): OrganizationLook => ({
  id,
  name,
  slug,
  picture,
  color,
});

/** What the layout `app` shows. */
export interface Frame {
  user: { id: string; name: string; picture?: string | null };
  organization: OrganizationLook | null;
  /** The person's organizations and the one they look at, for the switcher. */
  organizations: (OrganizationLook & { roles: string[]; visited: boolean })[];
  navigation: { href: string; icon: string; label: Message; current: boolean }[];
  mayCreate: boolean;
  asOperator: boolean;
  notice: Notice | undefined;
}

/** @returns undefined after the browser was sent to sign in */
export async function askerOf(deps: PageDeps, ctx: Context, organizationId?: string): Promise<Asker | undefined> {
  const user = await requireUser(deps, ctx);
  if (!user) return undefined;
  const [memberships, actor] = await Promise.all([
    listMemberships(deps.services, user._id),
    loadActor(deps.services, user._id, organizationId),
  ]);
  return { user, actor, memberships };
}

/**
 * Who wants to see the organization of the path, where they may.
 * @param permissions what the page shows and does, all of it
 * @returns undefined after the browser was sent to sign in
 * @throws RollcallError `not_found` also for an organization that is there, to whoever lacks the permission (R13)
 */
export async function visitorOf(
  deps: PageDeps,
  ctx: Context,
  ...permissions: readonly OrganizationPermission[]
): Promise<Visitor | undefined> {
  const slug = ctx.params.slug ?? '';
  const { services } = deps;
  const id = isSlug(slug) ? await claimOwner(services, 'slug', slug) : undefined;
  const found = id ? await services.reads.organization(id) : undefined;
  const asker = await askerOf(deps, ctx, found?._id);
  if (!asker) return undefined;
  if (!found || found.slug !== slug) throw notFound();
  const { actor } = asker;
  if (!permissions.every((one) => mayDo(deps, actor, one, found))) throw notFound();
  const asOperator = reachesBeyond(actor, found._id);
  if (asOperator && actor.kind === 'user') beginVisit(ctx, visitOrganization(deps.services, actor, found._id));
  return { ...asker, organization: found, asOperator };
}

/** Whether an operator sees more of an organization than their roles there let them, whatever the page. */
function reachesBeyond(actor: Actor, organizationId: string): boolean {
  if (actor.kind !== 'user' || !actor.operator) return false;
  const own = actor.permissions.get(organizationId);
  return ORGANIZATION_PERMISSION_KEYS.some((key) => actor.operator?.has(key) && !own?.has(key));
}

/** The log has a rule of its own. */
const mayDo = (
  { services }: PageDeps,
  actor: Actor,
  permission: OrganizationPermission,
  { _id }: Pick<Organization, '_id'>,
): boolean =>
  permission === 'audit:read' ? mayReadLog(services, actor, _id) : can(actor, permission, { organizationId: _id });

/** It is written while the page reads; `visitsSettled` waits for it. */
function beginVisit(ctx: Context, visit: Promise<void>): void {
  ctx.state.visit = visit;
  // Where the page fails first, nobody waits.
  visit.catch(() => {});
}

/** No page of an organization is shown to an operator before its log has their visit. */
export async function visitsSettled(ctx: Context, next: Next): Promise<void> {
  await next();
  await ctx.state.visit;
}

const OF_ACCOUNT = [
  { path: '', icon: 'user', label: message('nav-profile') },
  { path: '/security', icon: 'lock', label: message('nav-security') },
  { path: '/sessions', icon: 'monitor-smartphone', label: message('nav-sessions') },
  { path: '/applications', icon: 'layout-grid', label: message('nav-applications') },
  { path: '/organizations', icon: 'building-2', label: message('nav-organizations') },
  { path: '/notifications', icon: 'bell', label: message('nav-notifications') },
] as const;

const OF_ORGANIZATION: readonly {
  path: string;
  icon: string;
  label: Message;
  permission: OrganizationPermission;
  /** Where it isn't of use in every organization. */
  where?: (organization: Organization) => boolean;
}[] = [
  { path: '', icon: 'gauge', label: message('nav-overview'), permission: 'members:read' },
  { path: '/members', icon: 'users', label: message('nav-members'), permission: 'members:read' },
  {
    path: '/requests',
    icon: 'user-plus',
    label: message('nav-requests'),
    permission: 'members:write',
    where: ({ joinRequests }) => joinRequests === true,
  },
  { path: '/invitations', icon: 'mail', label: message('nav-invitations'), permission: 'invitations:read' },
  { path: '/groups', icon: 'boxes', label: message('nav-groups'), permission: 'groups:read' },
  { path: '/roles', icon: 'shield-check', label: message('nav-roles'), permission: 'roles:read' },
  {
    path: '/domains',
    icon: 'globe',
    label: message('nav-domains'),
    permission: 'domains:write',
    where: ({ slug }) => slug !== SYSTEM_ORGANIZATION,
  },
  { path: '/audit', icon: 'scroll-text', label: message('nav-activity'), permission: 'audit:read' },
  { path: '/settings', icon: 'settings', label: message('nav-settings'), permission: 'settings:write' },
];

export function frameOf(deps: PageDeps, ctx: Context, asker: Asker | Visitor): Frame {
  allowOwnRequests(ctx);
  const { user, actor, memberships } = asker;
  const organization = 'organization' in asker ? asker.organization : null;
  const base = organization ? `/organizations/${organization.slug}` : '/account';
  const items = organization
    ? OF_ORGANIZATION.filter(
        ({ permission, where }) => mayDo(deps, actor, permission, organization) && (where?.(organization) ?? true),
      )
    : OF_ACCOUNT;
  const at = items.find(
    ({ path }) => ctx.path === base + path || (path !== '' && ctx.path.startsWith(`${base}${path}/`)),
  );
  // What has no entry of its own among one's own pages is about the profile.
  const current = at ?? (organization ? undefined : items[0]);
  const here = organization && lookOf(organization);
  const own = actable(memberships).map(({ organization: one, roles }) => ({
    ...lookOf(one),
    roles: roles.map((role) => role.name),
    visited: false,
  }));
  return {
    user: { id: user._id, name: user.name, picture: user.picture ?? null },
    organization: here,
    organizations: [
      // Who runs the server looks at others than their own.
      ...(here && own.every(({ id }) => id !== here.id) ? [{ ...here, roles: [], visited: true }] : []),
      ...own,
    ],
    navigation: items.map((item) => ({
      href: `${base}${item.path}`,
      icon: item.icon,
      label: item.label,
      current: item === current,
    })),
    mayCreate: deps.createOrganizations === 'anyone' || can(actor, 'instance:organizations'),
    asOperator: 'asOperator' in asker && asker.asOperator,
    notice: takeNotice(deps, ctx),
  };
}
