import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import { answerLogin, type Login, loginExpired } from '../../oidc/interaction.js';
import { mayAskToJoin } from '../../services/join-policy.js';
import { asked, askPage } from '../ask-to-join.js';
import type { PageDeps } from '../deps.js';
import { common, signedIn } from './organization.js';

/** GET: who may not join the organization that the request names may ask to. Once they are let in, the login goes on. */
export async function showAsk(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  await show(deps, ctx, login, {});
}

/** POST: asks. The page then says so, and leads back to the application, which gets `access_denied`. */
export async function submitAsk(deps: PageDeps, ctx: Context, login: Login): Promise<void> {
  const organization = await organizationOf(deps, login);
  try {
    const refused = await asked(deps, ctx, organization, signedIn(login));
    if (refused) return show(deps, ctx, login, refused);
  } catch (error) {
    // It was closed meanwhile: the login goes on and is refused there, in the words of an unknown organization.
    if (!(error instanceof RollcallError) || error.code !== 'not_found') throw error;
    return goOn(deps, ctx, login);
  }
  ctx.status = 303;
  ctx.redirect(`/interaction/${login.uid}`);
}

async function show(
  deps: PageDeps,
  ctx: Context,
  login: Login,
  typed: Partial<Awaited<ReturnType<typeof asked>>>,
): Promise<void> {
  const organization = await organizationOf(deps, login);
  const userId = signedIn(login);
  // They were let in meanwhile, or nobody may ask any more: what comes of that is decided where the login goes on.
  if (!(await mayAskToJoin(deps.services, organization, userId))) return goOn(deps, ctx, login);
  const paths = { action: `/interaction/${login.uid}/ask`, back: `/interaction/${login.uid}/cancel` };
  ctx.body = deps.render('interaction/ask', {
    ...common(deps, ctx, login),
    ...(await askPage(deps, userId, organization, { ...paths, ...typed })),
  });
}

const goOn = (deps: PageDeps, ctx: Context, login: Login) =>
  answerLogin(deps.runtime, ctx, login, { kind: 'organization', organizationId: login.organizationId ?? null });

async function organizationOf({ services }: PageDeps, { step, organizationId }: Login) {
  const organization =
    step === 'ask' && organizationId ? await services.models.Organization.findById(organizationId).lean() : null;
  if (!organization) throw loginExpired();
  return organization;
}
