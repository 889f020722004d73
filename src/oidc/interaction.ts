import type { Context } from 'koa';
import { errors, type Provider } from 'oidc-provider';
import { RollcallError } from '../lib/errors.js';
import { newSecret } from '../lib/ids.js';
import type { Application } from '../models/index.js';
import { allowScopes, consentTo } from '../services/consents.js';
import type { DeviceApproval } from './device/approval.js';
import type { WaitingDevice } from './device/device-login.js';
import type { OidcContext, Runtime } from './runtime.js';
import { ACR_PASSWORD } from './settings/claims.js';
import { isConsole, isOwnScope } from './settings/scopes.js';

/** What a login under way asks of the person now. */
export interface Login {
  uid: string;
  /** Whether the application has asked for the sign-up (`prompt=create`); its person may sign in all the same. */
  creates: boolean;
  prompt: 'select_account' | 'login' | 'organization' | 'consent';
  /** For `organization`: `choose`, `create`, `join` or `ask`. */
  step: string | undefined;
  /** For `join` and `ask`. */
  organizationId: string | undefined;
  /** Null for this server's own pages. */
  application: Application | null;
  /** Who is signed in; undefined only while signing in. */
  userId: string | undefined;
  params: Record<string, string | undefined>;
  details: Record<string, unknown>;
  /** The device that the login is for; undefined where it is for this browser. */
  device: WaitingDevice | undefined;
  /** What was answered so far in this login. */
  answered: { organization?: { id: string | null } } | undefined;
  /** The library's own record of it. */
  interaction: OidcContext;
}

/** Thrown for an interaction that is over or belongs to another browser. */
export const loginExpired = (cause?: unknown) =>
  new RollcallError(
    'interaction_expired',
    400,
    'This page was left open for too long, or the sign-in ended elsewhere.',
    { cause },
  );

/** The login that a page under `/interaction/UID` belongs to. @throws RollcallError `interaction_expired` */
export async function currentLogin(runtime: Runtime, provider: Provider, ctx: Context): Promise<Login> {
  const details = await provider.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
    if (error instanceof errors.SessionNotFound) throw loginExpired(error);
    throw error;
  });
  const interaction = details as OidcContext;
  const { uid, prompt, params, session, lastSubmission, deviceCode } = interaction;
  if (ctx.params.uid !== uid) throw loginExpired();
  const clientId = params.client_id as string;
  const application = isConsole(clientId)
    ? null
    : ((await runtime.services.catalog.current()).applications.get(clientId) ?? undefined);
  if (application === undefined) throw loginExpired();
  return {
    uid,
    creates: prompt.name === 'create',
    prompt: prompt.name === 'create' ? 'login' : prompt.name,
    step: prompt.details.step,
    organizationId: prompt.details.organizationId,
    application,
    userId: lastSubmission?.login?.accountId ?? session?.accountId,
    params,
    details: prompt.details,
    device: deviceCode ? { key: deviceCode, params } : undefined,
    answered: lastSubmission,
    interaction,
  };
}

/** Whether a login still waits for somebody to sign in, who wasn't when it began. */
export async function loginWaits(provider: Provider, uid: string): Promise<boolean> {
  const interaction = (await provider.Interaction.find(uid)) as OidcContext;
  return interaction !== undefined && !interaction.session?.accountId;
}

/** Where a login goes on in which somebody has signed in meanwhile; undefined where nobody has. */
export async function whereSignedIn(provider: Provider, { uid }: Pick<Login, 'uid'>): Promise<string | undefined> {
  const { result, returnTo } = ((await provider.Interaction.find(uid)) ?? {}) as OidcContext;
  return result?.login ? returnTo : undefined;
}

type Answer =
  /** `signIn`: what this sign-in is called from now on (`services/sign-ins.ts`), where somebody has to know beforehand. */
  | {
      kind: 'signed-in';
      userId: string;
      remember: boolean;
      signIn?: string | undefined;
      /** What it rests on (`restsOn`), where that can change before the login goes on. */
      restsOn?: string | undefined;
    }
  | { kind: 'organization'; organizationId: string | null }
  /** With what was allowed, where it is a device. */
  | { kind: 'allowed'; device?: DeviceApproval }
  | { kind: 'account'; another: boolean }
  | { kind: 'refused'; why: keyof typeof REFUSALS };

/** What an application is told by `access_denied`. */
export const REFUSALS = {
  denied: 'the request was denied',
  noOrganization: 'no organization was chosen',
} as const;

/**
 * Goes on with a login: the browser is sent (303) to where the library takes it up again. As the library's `interactionFinished`, but for
 * the record that was read already, and it stays ended where it has ended meanwhile.
 * @throws RollcallError `interaction_expired`
 */
export async function answerLogin(
  { services }: Runtime,
  ctx: Context,
  { interaction }: Login,
  answer: Answer,
): Promise<void> {
  const now = Math.floor(services.clock.now().getTime() / 1000);
  const { result, merge } = resultOf(now, answer);
  interaction.result = merge ? { ...interaction.lastSubmission, ...result } : result;
  const { payload } = await interaction.getValueAndPayload();
  const { adapter, jti, exp, returnTo } = interaction;
  if (exp <= now || !(await adapter.update(jti, payload, exp - now))) throw loginExpired();
  ctx.status = 303;
  ctx.redirect(returnTo);
}

function resultOf(ts: number, answer: Answer): { result: Record<string, unknown>; merge: boolean } {
  switch (answer.kind) {
    case 'signed-in': {
      const { userId: accountId, remember, signIn = newSecret(), restsOn } = answer;
      const rests = restsOn ? { restsOn } : {};
      const login = { accountId, remember, ts, acr: ACR_PASSWORD, amr: ['pwd'], signIn, ...rests };
      return { result: { login }, merge: false };
    }
    case 'organization':
      return { result: { organization: { id: answer.organizationId } }, merge: true };
    case 'account':
      return { result: { select_account: { another: answer.another } }, merge: true };
    case 'allowed':
      return { result: { consent: answer.device ? { device: answer.device } : {} }, merge: true };
    case 'refused':
      return { result: { error: 'access_denied', error_description: REFUSALS[answer.why] }, merge: false };
  }
}

/** The organization whose grant the consent page is about: what the library's interaction keeps of the grant. */
export async function grantOfLogin(
  provider: Provider,
  { interaction }: Login,
): Promise<{ organizationId: string | null } | undefined> {
  if (!interaction.grantId) return undefined;
  const grant = (await provider.Grant.find(interaction.grantId)) as OidcContext;
  return grant ? { organizationId: grant.organizationId ?? null } : undefined;
}

/** What the application asks for and the person hasn't allowed it yet, as a consent keeps it. */
export function consentsToGive(login: Login): string[] {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = login.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const ofApis = Object.entries(missingResourceScopes ?? {}).flatMap(([api, scopes]) =>
    scopes.map((scope) => (isOwnScope(scope) ? consentTo.scope(scope) : consentTo.permission(api, scope))),
  );
  const own = (missingOIDCScope ?? []).map(consentTo.scope);
  return [...new Set([...own, ...(missingOIDCClaims ?? []).map(consentTo.claim), ...ofApis])];
}

/** The claims that the application asks for by name. */
export function claimsAskedFor(login: Login): string[] {
  const { userinfo, id_token } = JSON.parse(login.params.claims ?? '{}') as Record<string, object | undefined>;
  return [...new Set([...Object.keys(userinfo ?? {}), ...Object.keys(id_token ?? {})])];
}

/** Keeps what the person has allowed, so that it isn't asked again (per user, application and organization). */
export async function keepConsent(runtime: Runtime, login: Login, organizationId: string | null): Promise<void> {
  if (!login.application || !login.userId) return;
  const given = consentsToGive(login);
  if (!given.length) return;
  const key = { userId: login.userId, applicationId: login.application._id, organizationId };
  await allowScopes(runtime.services, key, given);
}
