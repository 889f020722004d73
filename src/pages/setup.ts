import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../access/can.js';
import { formBody } from '../middleware/form-body.js';
import { signInUrl } from '../oidc/session.js';
import { setupLinkWorks, useSetupLink } from '../services/setup-link.js';
import type { PageDeps } from './deps.js';
import { requireUser } from './require-user.js';
import { missed, quiet } from './secret-path.js';
import { forgetSetupSecret, isSetupSecret, keepSetupSecret, SETUP_STATE } from './setup-cookie.js';

/** The first operator's page (R14): sign in or make an account, then join. */
export function setupRoutes(router: Router, deps: PageDeps): void {
  router.get('/setup/:secret', async (ctx) => showSetup(deps, ctx));
  router.post('/setup/:secret', formBody, deps.csrf.check, async (ctx) => submitSetup(deps, ctx));
}

async function showSetup(deps: PageDeps, ctx: Context): Promise<void> {
  const secret = await workingSecret(deps, ctx);
  keepSetupSecret(deps, ctx, secret);
  const user = await requireUser(deps, ctx, SETUP_STATE);
  if (!user) return;
  ctx.body = deps.render('setup/page', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: `/setup/${secret}`,
    host: new URL(deps.issuer).host,
    email: user.email,
    switchUrl: signInUrl(deps.issuer, SETUP_STATE, { prompt: 'login' }),
  });
}

async function submitSetup(deps: PageDeps, ctx: Context): Promise<void> {
  quiet(ctx);
  const user = await requireUser(deps, ctx, SETUP_STATE);
  if (!user) return;
  const secret = ctx.params.secret ?? '';
  const used =
    isSetupSecret(secret) && (await useSetupLink(deps.services, themselves(user._id), { secret, userId: user._id }));
  if (!used) return missed(deps, ctx);
  forgetSetupSecret(deps, ctx);
  ctx.status = 303;
  ctx.redirect('/account');
}

/** The link's secret while it works. */
async function workingSecret(deps: PageDeps, ctx: Context): Promise<string> {
  quiet(ctx);
  const secret = ctx.params.secret ?? '';
  return isSetupSecret(secret) && (await setupLinkWorks(deps.services, secret)) ? secret : missed(deps, ctx);
}
