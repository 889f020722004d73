import type { Context } from 'koa';
import { field } from '../../middleware/form-body.js';
import type { DeviceApproval } from '../../oidc/device/approval.js';
import { shownUserCode } from '../../oidc/device/device-login.js';
import { answerLogin, keepConsent, type Login, loginExpired } from '../../oidc/interaction.js';
import { loadStanding } from '../../services/load-standing.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { consentItems } from './consent-items.js';
import { organizationView } from './look.js';

/** GET: asks whether the device may act for the person, a first-party application's too: the code may come from somebody else. */
export async function showDevice(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const { application, approval } = asked(login);
  const standing = await loadStanding(deps.services, approval);
  if (!standing) return refuse(deps, ctx, login);
  const { organization, user } = standing;
  ctx.body = deps.render('interaction/device', {
    app: viewApp(application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/consent`,
    userCode: shownUserCode(deps.runtime, approval) ?? null,
    organization: organizationView(organization),
    items: consentItems(deps.textsOf(ctx), deps.runtime, login, application, standing),
    email: user.email,
    switchAction: `/interaction/${login.uid}/switch`,
  });
}

/** POST: allowed or denied. What is allowed is what the page was about, whoever is signed in meanwhile. */
export async function submitDevice(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (field(ctx, 'answer') !== 'allow') return refuse(deps, ctx, login);
  const { application, approval } = asked(login);
  if (!application.firstParty) await keepConsent(deps.runtime, login, approval.organizationId);
  await answerLogin(deps.runtime, ctx, login, { kind: 'allowed', device: approval });
}

const refuse = (deps: PageDeps, ctx: Context, login: Login) =>
  answerLogin(deps.runtime, ctx, login, { kind: 'refused', why: 'denied' });

function asked(login: Login) {
  const approval = login.details.device as DeviceApproval | undefined;
  if (!login.application || !approval || approval.userId !== login.userId) throw loginExpired();
  return { application: login.application, approval };
}
