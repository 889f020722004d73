import type Router from '@koa/router';
import type { Context } from 'koa';
import { can, themselves } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { formBody } from '../middleware/form-body.js';
import type { User } from '../models/index.js';
import { currentSession, signInUrl } from '../oidc/session.js';
import { CONSOLE_CALLBACK } from '../oidc/settings/clients.js';
import { findOrganization } from '../services/create-organization.js';
import { joinOrganization, mayJoin } from '../services/join-organization.js';
import { listMemberships } from '../services/list-memberships.js';
import { loadActor } from '../services/load-actor.js';
import type { PageDeps } from './deps.js';
import { SETUP_STATE, setupSecret } from './setup-cookie.js';

/** A person's own pages, and joining outside of an application's login. */
export function accountRoutes(router: Router, deps: PageDeps): void {
  router.get(CONSOLE_CALLBACK, async (ctx) => comeBack(deps, ctx));
  router.get('/account', async (ctx) => showProfile(deps, ctx));
  router.get('/join/:slug', async (ctx) => showJoin(deps, ctx));
  router.post('/join/:slug', formBody, deps.csrf.check, async (ctx) => submitJoin(deps, ctx));
}

/** Who is signed in and active, or undefined after the browser was sent to sign in and come back here. */
export async function requireUser(deps: PageDeps, ctx: Context, state = ctx.path): Promise<User | undefined> {
  ctx.set('Cache-Control', 'no-store');
  const session = await currentSession(deps.provider, deps.runtime, ctx);
  const user = session ? await deps.services.models.User.findById(session.userId).lean() : null;
  if (user?.status === 'active') return user;
  ctx.status = 303;
  ctx.redirect(signInUrl(deps.issuer, state));
  return undefined;
}

/**
 * Where the sign-in of these pages ends: `state` says which page was wanted. Only our own paths are followed. A setup link's secret
 * isn't in `state`, which proxies log and the store keeps: the browser has it in a cookie.
 */
async function comeBack(deps: PageDeps, ctx: Context): Promise<void> {
  const state = typeof ctx.query.state === 'string' ? ctx.query.state : '';
  ctx.status = 303;
  if (ctx.query.error) return ctx.redirect('/');
  const setup = state === SETUP_STATE ? setupSecret(deps, ctx) : undefined;
  if (setup) return ctx.redirect(`/setup/${setup}`);
  ctx.redirect(/^\/(account|join|organizations|admin)(\/[\w~.-]+)*$/.test(state) ? state : '/account');
}

async function showProfile(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const [rows, actor] = await Promise.all([
    listMemberships(deps.services, user._id),
    loadActor(deps.services, user._id),
  ]);
  ctx.body = deps.render('account/profile', {
    csrf: deps.csrf.token(ctx),
    signOutAction: '/oauth2/logout',
    user: {
      id: user._id,
      name: user.name,
      email: user.email,
      emailVerified: user.emailVerified,
      createdAt: user.createdAt,
    },
    operator: can(actor, 'instance:users'),
    organizations: rows.map(({ organization, membership, roles }) => ({
      id: organization._id,
      name: organization.name,
      slug: organization.slug,
      suspended: organization.status !== 'active' || membership.status !== 'active',
      roles: roles.map((role) => ({ key: role.key, name: role.name })),
    })),
    createUrl: null,
  });
}

async function showJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const organization = await joinable(deps, ctx, user);
  if (!organization) return;
  ctx.body = deps.render('join/page', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: `/join/${organization.slug}`,
    organization: { id: organization._id, name: organization.name },
    first: !organization.founded,
    canDecline: false,
  });
}

async function submitJoin(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const organization = await joinable(deps, ctx, user);
  if (!organization) return;
  await joinOrganization(deps.services, themselves(user._id), { organizationId: organization._id, userId: user._id });
  ctx.status = 303;
  ctx.redirect('/account');
}

/** The organization of the path, where this person may join it; a member is sent to the account, others see an unknown page. */
async function joinable(deps: PageDeps, ctx: Context, user: User) {
  const organization = await findOrganization(deps.services, ctx.params.slug ?? '');
  if (!organization || organization.slug !== ctx.params.slug) throw notFound();
  if (
    await deps.services.models.Membership.exists({
      organizationId: organization._id,
      userId: user._id,
      status: 'active',
    })
  ) {
    ctx.status = 303;
    ctx.redirect('/account');
    return undefined;
  }
  if (!mayJoin(organization)) throw notFound();
  return organization;
}
