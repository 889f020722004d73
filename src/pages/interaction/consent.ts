import type { Context } from 'koa';
import { field } from '../../middleware/form-body.js';
import { answerLogin, grantOfLogin, keepConsent, type Login } from '../../oidc/interaction.js';
import { loadStanding, type Standing } from '../../services/load-standing.js';
import type { PageDeps } from '../deps.js';
import { viewApp } from '../view-app.js';
import { signedIn } from './organization.js';

const list = new Intl.ListFormat('en');

/** GET: what the application would get. A first-party application isn't asked about. */
export async function showConsent(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const organizationId = (await grantOfLogin(deps.provider, ctx))?.organizationId ?? null;
  if (!login.application || login.application.firstParty) return allow(deps, ctx);
  const standing = await loadStanding(deps.services, { userId: signedIn(login), organizationId });
  if (!standing) return refuse(deps, ctx);
  ctx.body = deps.render('interaction/consent', {
    app: viewApp(login.application),
    csrf: deps.csrf.token(ctx),
    action: `/interaction/${login.uid}/consent`,
    organization: standing.organization ? { id: standing.organization._id, name: standing.organization.name } : null,
    items: items(login, standing),
    lasting: (login.params.scope ?? '').split(' ').includes('offline_access'),
    returnHost: URL.parse(login.params.redirect_uri ?? '')?.host ?? login.application.name,
  });
}

/** POST: allowed or denied. */
export async function submitConsent(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  if (field(ctx, 'answer') !== 'allow') return refuse(deps, ctx);
  await keepConsent(deps.runtime, login, (await grantOfLogin(deps.provider, ctx))?.organizationId ?? null);
  await allow(deps, ctx);
}

const allow = (deps: PageDeps, ctx: Context) => answerLogin(deps.runtime, deps.provider, ctx, { kind: 'allowed' });
const refuse = (deps: PageDeps, ctx: Context) =>
  answerLogin(deps.runtime, deps.provider, ctx, { kind: 'refused', description: 'the request was denied' });

interface Item {
  icon: string;
  title: string;
  text: string;
}

/** What the requested scopes mean, in words: who you are, your roles, each API's permissions, access while you are away. */
function items(login: Login, standing: Standing): Item[] {
  const asked = new Set((login.params.scope ?? '').split(' '));
  const { user, organization, catalog, roles } = standing;
  const known = [asked.has('profile') ? 'Your name' : '', asked.has('email') ? user.email : ''].filter(Boolean);
  const result: Item[] = [
    { icon: 'user', title: 'Know who you are', text: known.length ? list.format(known) : 'That it is you' },
  ];
  if (organization) {
    const now = roles.length ? `Now ${list.format(roles.map((role) => role.name))}.` : 'You have no role there yet.';
    result.push({
      icon: 'shield-check',
      title: `See your roles at ${organization.name}`,
      text: `${now} Not in your other organizations.`,
    });
  }
  const apis = [login.params.resource ?? login.application?.defaultApi].flat().map((id) => catalog.apis.get(id ?? ''));
  for (const permission of apis.flatMap((api) => api?.permissions ?? [])) {
    if (!asked.has(permission.key)) continue;
    const text = organization
      ? `Only while your roles at ${organization.name} allow it`
      : 'Only while your roles allow it';
    result.push({ icon: 'scroll-text', title: permission.description ?? permission.key, text });
  }
  if (asked.has('offline_access')) {
    result.push({ icon: 'refresh-cw', title: 'Keep access while you are away', text: 'Until you take it back' });
  }
  return result;
}
