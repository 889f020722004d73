/** A person's own pages, and where their sign-in ends. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { CONSOLE_CALLBACK } from '../../oidc/settings/clients.js';
import { ownPage } from '../come-back.js';
import type { PageDeps } from '../deps.js';
import { INVITATION_STATE, invitationSecret } from '../invitation-cookie.js';
import { readingOnce } from '../reading-once.js';
import { SETUP_STATE, setupSecret } from '../setup-cookie.js';
import { applicationRoutes } from './applications.js';
import { deletionRoutes } from './delete.js';
import { exportOwnData } from './export.js';
import { invitationRoutes } from './invitations.js';
import { notificationRoutes } from './notifications.js';
import { organizationRoutes } from './organizations.js';
import { profileRoutes } from './profile.js';
import { securityRoutes } from './security.js';
import { sessionRoutes } from './sessions.js';

export function accountRoutes(router: Router, deps: PageDeps): void {
  router.use('/account', readingOnce);
  router.get(CONSOLE_CALLBACK, async (ctx) => comeBack(deps, ctx));
  profileRoutes(router, deps);
  sessionRoutes(router, deps);
  applicationRoutes(router, deps);
  router.get('/account/export', async (ctx) => exportOwnData(deps, ctx));
  organizationRoutes(router, deps);
  deletionRoutes(router, deps);
  notificationRoutes(router, deps);
  securityRoutes(router, deps);
  invitationRoutes(router, deps);
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
  const invitation = state === INVITATION_STATE ? invitationSecret(deps, ctx) : undefined;
  if (invitation) return ctx.redirect(`/join/invitation/${invitation}`);
  ctx.redirect((state !== INVITATION_STATE && ownPage(state)) || '/account');
}
