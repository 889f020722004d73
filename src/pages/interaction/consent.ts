import type { Context } from 'koa';
import { field } from '../../middleware/form-body.js';
import { answerLogin, grantOfLogin, keepConsent, type Login } from '../../oidc/interaction.js';
import { loadStanding } from '../../services/load-standing.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { consentItems } from './consent-items.js';
import { showDevice, submitDevice } from './device.js';
import { lookOf, organizationView } from './look.js';
import { signedIn } from './organization.js';

/** GET: what the application would get. A first-party application isn't asked about. */
export async function showConsent(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (login.device) return showDevice(deps, ctx, login);
  const organizationId = (await grantOfLogin(deps.provider, login))?.organizationId ?? null;
  if (!login.application || login.application.firstParty) return allow(deps, ctx, login);
  const standing = await loadStanding(deps.services, { userId: signedIn(login), organizationId });
  if (!standing) return refuse(deps, ctx, login);
  ctx.body = deps.render('interaction/consent', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/consent`,
    organization: organizationView(standing.organization),
    look: lookOf(standing.organization),
    items: consentItems(deps.textsOf(ctx), deps.runtime, login, login.application, standing),
    lasting: (login.params.scope ?? '').split(' ').includes('offline_access'),
    returnHost: URL.parse(login.params.redirect_uri ?? '')?.host ?? login.application.name,
  });
}

/** POST: allowed or denied. */
export async function submitConsent(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (login.device) return submitDevice(deps, ctx, login);
  if (field(ctx, 'answer') !== 'allow') return refuse(deps, ctx, login);
  await keepConsent(deps.runtime, login, (await grantOfLogin(deps.provider, login))?.organizationId ?? null);
  await allow(deps, ctx, login);
}

const allow = (deps: PageDeps, ctx: Context, login: Login) =>
  answerLogin(deps.runtime, ctx, login, { kind: 'allowed' });
const refuse = (deps: PageDeps, ctx: Context, login: Login) =>
  answerLogin(deps.runtime, ctx, login, { kind: 'refused', why: 'denied' });
