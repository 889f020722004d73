import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../access/can.js';
import type { AuditEvent } from '../../models/index.js';
import { listEvents } from '../../services/audit/list-events.js';
import { usersIn } from '../../services/audit/people-of.js';
import { mayReadLog } from '../../services/audit/select-events.js';
import { type EndingRole, type OrganizationOverview, overviewOfOrganization } from '../../services/overview.js';
import { type OrganizationVocabulary, rolesHere, vocabularyOf } from '../../services/vocabulary.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { frameOf, type Visitor, visitorOf } from '../frame.js';
import type { NoteView, OverviewViews } from '../view/overview-views.js';
import { sentencesOf } from '../view/sentences/index.js';

type View = OverviewViews['organizations/overview'];

const LATEST = 5;
/** So many are read for them: of a change of many, the parts come with it. */
const LATEST_READ = 50;
const MOST_ENDING = 10;

export function overviewPages(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug', async (ctx) => showOverview(deps, ctx));
}

/** What needs attention, what there is, what happened last. */
async function showOverview(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { services } = deps;
  const latest = await latestOf(deps, visitor);
  const [overview, vocabulary, catalog] = await Promise.all([
    overviewOfOrganization(services, actor, organization, usersIn(latest ?? [])),
    vocabularyOf(services, organization),
    services.catalog.current(),
  ]);
  const base = `/organizations/${organization.slug}`;
  // Who can't give a later end needn't see them.
  const ending = can(actor, 'members:write', { organizationId: organization._id }) ? overview.ending : [];
  ctx.body = deps.render('organizations/overview', {
    frame: frameOf(deps, ctx, visitor),
    base,
    now: services.clock.now(),
    notes: notesOf(visitor, overview, base),
    ending: ending.slice(0, MOST_ENDING).flatMap((one) => endingOf(one, vocabulary, base)),
    moreEnding: ending.length > MOST_ENDING,
    figures: figuresOf(visitor, base, {
      members: overview.members,
      groups: { count: vocabulary.groups.size, more: false },
      roles: { count: rolesHere(catalog, vocabulary).length, more: false },
    }),
    steps: stepsOf(deps, visitor, base, overview.members.count),
    events:
      latest && (await sentencesOf(services, actor, organization, latest, { members: overview.known, ended: false })),
  });
}

/** @returns null to who may not read them */
async function latestOf({ services }: PageDeps, { organization, actor }: Visitor): Promise<AuditEvent[] | null> {
  if (!mayReadLog(services, actor, organization._id)) return null;
  const { data } = await listEvents(
    services,
    actor,
    { organizationId: organization._id },
    { limit: LATEST_READ, soon: true },
  );
  return foldedTo(LATEST, data);
}

/** Of a change of many one stands for all: the change itself where it is among what was read, else the last of its parts. */
function foldedTo(most: number, events: readonly AuditEvent[]): AuditEvent[] {
  const wholes = new Set(events.map(({ _id }) => _id));
  const seen = new Set<string>();
  return events
    .filter(({ parent }) => {
      if (!parent) return true;
      if (wholes.has(parent) || seen.has(parent)) return false;
      seen.add(parent);
      return true;
    })
    .slice(0, most);
}

/** What the visitor can do something about. */
function notesOf(
  { organization, actor }: Visitor,
  { onlyAdministrator, running, asking }: OrganizationOverview,
  base: string,
): NoteView[] {
  const members = { href: `${base}/members`, link: message('overview-see-members') };
  const target = { organizationId: organization._id };
  const mayMakeAdministrators = can(actor, 'administrators:write', target);
  const notes: NoteView[] = [];
  if (organization.status === 'suspended')
    notes.push({
      icon: 'circle-pause',
      title: message('overview-suspended'),
      text: message('overview-suspended-text'),
      ...(can(actor, 'instance:organizations')
        ? { href: `${base}/settings`, link: message('settings-activate') }
        : members),
    });
  if (organization.administrators.length === 0 && mayMakeAdministrators)
    notes.push({
      icon: 'user-x',
      title: message('overview-no-administrator'),
      text: organization.founded ? message('overview-no-administrator-text') : message('overview-unfounded-text'),
      ...members,
    });
  if (organization.administrators.length === 1 && mayMakeAdministrators)
    notes.push({
      icon: 'user-plus',
      title: onlyAdministrator?.name
        ? message('overview-one-administrator-named', { name: onlyAdministrator.name })
        : message('overview-one-administrator'),
      text: message('overview-one-administrator-text'),
      ...members,
    });
  if (asking.count)
    notes.push({
      icon: 'user-plus',
      title: asking.more
        ? message('overview-asking-many', { count: asking.count })
        : message('overview-asking', { count: asking.count }),
      text: message('overview-asking-text'),
      href: `${base}/requests`,
      link: message('overview-see-requests'),
    });
  if (running)
    notes.push({
      icon: 'list-checks',
      title: message('overview-running', { count: running.total }),
      text: message('overview-running-text'),
      href: `${base}/bulk/${running._id}`,
      link: message('overview-see-bulk'),
    });
  return notes;
}

function endingOf(
  { membership, roleId, until }: EndingRole,
  vocabulary: OrganizationVocabulary,
  base: string,
): View['ending'] {
  const role = vocabulary.role(roleId);
  if (!role || role.deleted) return [];
  const { _id, userId, name } = membership;
  return [
    {
      person: { id: userId, name: name ?? userId, href: `${base}/members/${_id}` },
      chip: { role: { key: role.key, name: role.name }, via: [], until, soon: true },
    },
  ];
}

type Count = { count: number; more: boolean };

function figuresOf(
  { organization, actor }: Visitor,
  base: string,
  { members, groups, roles }: { members: Count; groups: Count; roles: Count },
): View['figures'] {
  const sees = (permission: 'groups:read' | 'roles:read') =>
    can(actor, permission, { organizationId: organization._id });
  return [
    { label: message('nav-members'), icon: 'users', value: shown(members), href: `${base}/members` },
    ...(sees('groups:read')
      ? [{ label: message('nav-groups'), icon: 'boxes', value: shown(groups), href: `${base}/groups` }]
      : []),
    ...(sees('roles:read')
      ? [{ label: message('nav-roles'), icon: 'shield-check', value: shown(roles), href: `${base}/roles` }]
      : []),
  ];
}

const shown = ({ count, more }: Count): Message =>
  more ? message('count-more', { count }) : message('count', { count });

/** Of an organization that has just begun: what comes next. */
function stepsOf({ issuer }: PageDeps, { organization, actor }: Visitor, base: string, members: number): View['steps'] {
  if (members > 1) return [];
  const may = (permission: 'groups:write' | 'roles:write' | 'settings:write' | 'invitations:write') =>
    can(actor, permission, { organizationId: organization._id });
  const open = organization.joinPolicy === 'open';
  const link = open ? `${issuer}/join/${organization.slug}` : '';
  return [
    ...(may('invitations:write')
      ? [
          {
            icon: 'mail',
            title: message('overview-step-invite'),
            text: message('overview-step-invite-text'),
            href: `${base}/invitations`,
            link: '',
          },
        ]
      : []),
    ...(open
      ? [
          {
            icon: 'link',
            title: message('overview-step-link'),
            text: message('overview-step-link-text'),
            href: null,
            link,
          },
        ]
      : may('settings:write')
        ? [
            {
              icon: 'door-open',
              title: message('overview-step-join'),
              text: message('overview-step-join-text'),
              href: `${base}/settings`,
              link: '',
            },
          ]
        : []),
    ...(may('roles:write')
      ? [
          {
            icon: 'shield-check',
            title: message('overview-step-roles'),
            text: message('overview-step-roles-text'),
            href: `${base}/roles`,
            link: '',
          },
        ]
      : []),
    ...(may('groups:write')
      ? [
          {
            icon: 'boxes',
            title: message('overview-step-groups'),
            text: message('overview-step-groups-text'),
            href: `${base}/groups`,
            link: '',
          },
        ]
      : []),
  ];
}
