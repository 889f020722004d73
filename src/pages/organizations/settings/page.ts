import type { Context } from 'koa';
import { can, managementOf, mayGive, SYSTEM_ORGANIZATION } from '../../../access/can.js';
import { shownDomain } from '../../../lib/domain-name.js';
import type { Organization } from '../../../models/index.js';
import { COLORS } from '../../../models/organization.js';
import { ADMIN_ROLE_ID } from '../../../models/role.js';
import { defaultRolesOf } from '../../../services/default-roles.js';
import { verifiedDomains } from '../../../services/domains/find-domain.js';
import { isJoinable } from '../../../services/join-policy.js';
import { isSingle } from '../../../services/rules-of-roles.js';
import { rolesHere, vocabularyOf } from '../../../services/vocabulary.js';
import type { Message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { tokenMinutes } from '../../effect.js';
import { frameOf, type Visitor } from '../../frame.js';
import type { SettingsViews } from '../../view/settings-views.js';
import { COLOR_NAMES } from './color.js';

type SettingsView = SettingsViews['organizations/settings'];

/** What was typed into one of the forms, and why it was refused. */
export interface Typed {
  values?: Partial<SettingsView['values']>;
  /** Keys of the roles that were ticked. */
  chosen?: readonly string[];
  refused?: SettingsView['refused'];
  /** As the form was loaded; today's unless given. */
  revision?: number;
  /** What is wrong with an uploaded picture. */
  pictureError?: Message;
}

/** @param organization as it is by now */
export async function settingsPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { values, chosen, refused = null, revision, pictureError }: Typed = {},
  organization: Organization = visitor.organization,
): Promise<void> {
  const { actor, memberships } = visitor;
  const { _id, name, slug, joinPolicy } = organization;
  const catalog = await deps.services.catalog.current();
  const [vocabulary, defaults, domains] = await Promise.all([
    vocabularyOf(deps.services, organization, catalog),
    defaultRolesOf(deps.services, [organization]),
    verifiedDomains(deps.services, _id),
  ]);
  const present = defaults(organization);
  const isChosen = (key: string) => chosen?.includes(key) ?? present.some((role) => role.key === key);
  const target = { organizationId: _id };
  const builtIn = slug === SYSTEM_ORGANIZATION;
  const seesDomains = can(actor, 'domains:write', target);
  ctx.body = deps.render('organizations/settings', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base: `/organizations/${slug}`,
    organization: { id: _id, name, slug, picture: organization.picture ?? null, color: organization.color ?? null },
    revision: revision ?? organization.revision ?? 0,
    values: {
      name,
      joinPolicy,
      joinRequests: organization.joinRequests ?? false,
      inherits: organization.defaultRoles === undefined,
      roleMode: isSingle(organization) ? 'single' : 'multiple',
      revokeOnDowngrade: organization.revokeOnDowngrade ?? false,
      color: organization.color ?? '',
      ...values,
    },
    colors: COLORS.map((color) => ({ color, label: COLOR_NAMES[color] })),
    pictureError: pictureError ?? null,
    refused,
    builtIn,
    open: isJoinable(organization) || (organization.joinRequests === true && !builtIn),
    domains: {
      verified: deps.textsOf(ctx).list(domains.map(shownDomain)),
      href: seesDomains ? `/organizations/${slug}/domains` : null,
    },
    joinUrl: `${deps.issuer}/join/${slug}`,
    single: isSingle(organization),
    inherited: deps.textsOf(ctx).list(defaults({}).map((role) => role.name)),
    roles: rolesHere(catalog, vocabulary)
      .filter((role) => role._id !== ADMIN_ROLE_ID)
      // What the visitor couldn't give by hand they can't give by default, but leave as it is (R15).
      .filter((role) => mayGive(actor, managementOf(role), target) || present.some(({ _id: id }) => id === role._id))
      .map((role) => ({
        key: role.key,
        name: role.name,
        description: role.description ?? '',
        chosen: isChosen(role.key),
      })),
    minutes: await tokenMinutes(deps),
    mayLeave:
      can(actor, 'organization:leave', target) &&
      memberships.some(({ membership }) => membership.organizationId === _id),
    status: organization.status,
    eraseAt: organization.deletion?.eraseAt ?? null,
    mayDelete: can(actor, 'administrators:write', target) && !builtIn && !organization.deletion,
    maySuspend: can(actor, 'instance:organizations') && !builtIn,
  });
}
