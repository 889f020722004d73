import type Router from '@koa/router';
import type { Context } from 'koa';
import { can, managementOfAll, themselves } from '../../access/can.js';
import { notFound, RollcallError } from '../../lib/errors.js';
import { field, formBody } from '../../middleware/form-body.js';
import type { Membership, Organization } from '../../models/index.js';
import { createOrganization } from '../../services/create-organization.js';
import { mayRestore, restoreOrganization } from '../../services/delete-organization.js';
import { invitationsTo } from '../../services/invitations/find-invitation.js';
import { listMembers } from '../../services/list-members.js';
import { actable } from '../../services/list-memberships.js';
import { loadActor } from '../../services/load-actor.js';
import { leaveOrganization } from '../../services/remove-member.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { offersTo } from '../offers.js';
import { ORGANIZATION_NAME_MAX, organizationName } from '../organization-name.js';
import { askFirst } from '../question.js';
import { carryOut } from '../submit.js';
import type { AskedFirst } from '../view/framed.js';
import { chipsOf } from '../view/roles.js';
import { waitingViews } from '../waiting-invitations.js';

/** The organizations of a person: what they hold there and why, another one, and leaving. */
export function organizationRoutes(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get('/account/organizations', async (ctx) => showOrganizations(deps, ctx));
  router.get('/account/organizations/new', async (ctx) => showNew(deps, ctx));
  router.post('/account/organizations/new', formBody, check, async (ctx) => submitNew(deps, ctx));
  router.post('/account/organizations/:slug/restore', formBody, check, async (ctx) => submitRestore(deps, ctx));
  router.get('/account/organizations/:slug/leave', async (ctx) => showLeave(deps, ctx));
  router.post('/account/organizations/:slug/leave', formBody, check, async (ctx) => submitLeave(deps, ctx));
}

async function showOrganizations(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const now = deps.services.clock.now();
  const here = asker.memberships.filter(({ organization }) => !organization.deletion);
  const offers = await offersTo(deps, asker.user._id, null);
  ctx.body = deps.render('account/organizations', {
    frame: frameOf(deps, ctx, asker),
    organizations: here.map(({ organization, membership, held, roles }) => ({
      id: organization._id,
      name: organization.name,
      picture: organization.picture ?? null,
      color: organization.color ?? null,
      slug: organization.slug,
      suspended: organization.status !== 'active' || membership.status !== 'active',
      roles: chipsOf(held, now),
      mayLeave: managementOfAll(roles).has('organization:leave'),
      onlyAdministrator: isOnlyAdministrator(asker, organization),
    })),
    deleted: asker.memberships
      .filter(({ organization, membership }) => isRestorable(deps, asker, organization, membership))
      .map(({ organization: { _id: id, name, slug, deletion } }) => ({
        id,
        name,
        slug,
        eraseAt: deletion?.eraseAt ?? now,
      })),
    csrf: deps.csrf.token(ctx),
    operator: can(asker.actor, 'instance:users'),
    offers,
    waiting: await waitingViews(deps, await invitationsTo(deps.services, asker.user)),
  });
}

const isRestorable = (
  { services }: PageDeps,
  { user }: Asker,
  organization: Organization,
  { status }: Pick<Membership, 'status'>,
): boolean => status === 'active' && mayRestore(services, organization, user._id);

/** An administrator gets an organization back that was deleted. */
async function submitRestore(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const found = asker.memberships.find(
    ({ organization, membership }) =>
      organization.slug === ctx.params.slug && isRestorable(deps, asker, organization, membership),
  );
  if (!found) throw notFound();
  const { _id, name, slug } = found.organization;
  await carryOut(deps, ctx, {
    act: async () => {
      await restoreOrganization(deps.services, asker.actor, _id);
      return { text: message('organization-restored', { name }) };
    },
    next: `/organizations/${slug}`,
    again: async () => showOrganizations(deps, ctx),
  });
}

/** R2: who can't leave before somebody else is one. */
const isOnlyAdministrator = ({ user }: Asker, { administrators }: Organization): boolean =>
  administrators.length === 1 && administrators[0] === user._id;

async function showNew(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await maker(deps, ctx);
  if (asker) newPage(deps, ctx, asker, '');
}

async function submitNew(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await maker(deps, ctx);
  if (!asker) return;
  const { name, fault } = organizationName(field(ctx, 'name'));
  if (fault) {
    ctx.status = 422;
    return newPage(deps, ctx, asker, name, fault);
  }
  const { _id: userId } = asker.user;
  const again = (refused: Message | string) => newPage(deps, ctx, asker, name, undefined, refused);
  if (!(await deps.creationLimits.mayCreate(userId))) {
    ctx.status = 422;
    return again(message('refused-too-many-organizations'));
  }
  let slug = '';
  await carryOut(deps, ctx, {
    act: async () => {
      ({ slug } = await createOrganization(deps.services, themselves(userId), { name, founder: userId }));
      return { text: message('organization-created', { name }) };
    },
    next: () => `/organizations/${slug}`,
    again,
  });
}

/** Who may make an organization. @throws RollcallError `forbidden` */
async function maker(deps: PageDeps, ctx: Context): Promise<Asker | undefined> {
  const asker = await askerOf(deps, ctx);
  if (asker && deps.createOrganizations !== 'anyone' && !can(asker.actor, 'instance:organizations'))
    throw new RollcallError('forbidden', 403, 'Organizations are made by the operators of this server.', {
      details: [{ of: 'organizations' }],
    });
  return asker;
}

function newPage(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  name: string,
  fault?: Message,
  refused: Message | string | null = null,
): void {
  ctx.body = deps.render('account/new-organization', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: '/account/organizations/new',
    values: { name },
    errors: fault ? { name: fault } : {},
    refused,
    most: ORGANIZATION_NAME_MAX,
  });
}

async function showLeave(deps: PageDeps, ctx: Context): Promise<void> {
  const leaving = await leaver(deps, ctx);
  if (leaving) await leavePage(deps, ctx, leaving);
}

async function submitLeave(deps: PageDeps, ctx: Context): Promise<void> {
  const leaving = await leaver(deps, ctx);
  if (!leaving) return;
  const { asker, organization } = leaving;
  await carryOut(deps, ctx, {
    act: async () => {
      const actor = await loadActor(deps.services, asker.user._id, organization._id);
      await leaveOrganization(deps.services, actor, organization._id);
      return { text: message('organization-left', { name: organization.name }) };
    },
    next: '/account/organizations',
    again: (refused) => leavePage(deps, ctx, leaving, refused),
  });
}

/** A member of the organization of the path, to whom it may be known. */
async function leaver(deps: PageDeps, ctx: Context) {
  const asker = await askerOf(deps, ctx);
  if (!asker) return undefined;
  const found = actable(asker.memberships).find(({ organization }) => organization.slug === ctx.params.slug);
  if (!found || !managementOfAll(found.roles).has('organization:leave')) throw notFound();
  return { asker, organization: found.organization };
}

async function leavePage(
  deps: PageDeps,
  ctx: Context,
  { asker, organization }: { asker: Asker; organization: Organization },
  refused?: Message | string,
): Promise<void> {
  const { name, slug } = organization;
  askFirst(deps, ctx, asker, {
    action: `/account/organizations/${slug}/leave`,
    crumbs: [{ label: message('your-organizations'), href: '/account/organizations' }],
    heading: message('leave-question', { name }),
    lines: [message('leave-text')],
    back: '/account/organizations',
    refused: refused ?? null,
    barred: isOnlyAdministrator(asker, organization) ? await barred() : null,
  });

  async function barred(): Promise<AskedFirst['barred']> {
    const actor = await loadActor(deps.services, asker.user._id, organization._id);
    const { data } = await listMembers(deps.services, actor, organization, {}, { limit: 2 });
    if (data.length === 1) return { why: message('leave-only-member') };
    return {
      why: message('leave-only-administrator'),
      href: `/organizations/${slug}/members`,
      link: message('overview-see-members'),
    };
  }
}
