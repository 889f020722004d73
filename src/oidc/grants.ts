/**
 * Grants (architecture 5): one per (browser session, application, organization), found again by an id that is a digest of the
 * three, and one per allowed device. It carries the organization, by which every later step knows it, and a random generation, new whenever it begins again,
 * so that tokens from before stay ended.
 */
import { errors, type Provider } from 'oidc-provider';
import { digest, newSecret } from '../lib/ids.js';
import type { Application } from '../models/index.js';
import { consentedScopes } from '../services/consents.js';
import type { Standing } from '../services/load-standing.js';
import { signInEnded } from '../services/sign-ins.js';
import { giveWhatIsAsked } from './give-scopes.js';
import { startedGrant } from './happenings.js';
import { type LoginOrganization, organizationOfLogin, wishOf } from './organization-of-login.js';
import { requireAskedRole } from './role-scope.js';
import type { OidcContext, Runtime } from './runtime.js';
import { isConsole } from './settings/scopes.js';
import { grantTtl } from './settings/ttl.js';

/** A grant as this server makes it. */
export interface GrantFacts {
  jti: string;
  accountId: string;
  clientId: string;
  organizationId: string | null;
  /** Absent: it is a device's, which no browser session ends. */
  sessionUid?: string;
  generation: string;
}

const DAY = 24 * 60 * 60;
const DECISION = Symbol('the organization of this login');

/** What `loadGrant` decided about the organization of a request, for the policy and the interaction pages. */
export function decisionOf(ctx: OidcContext): LoginOrganization | undefined {
  return ctx.oidc[DECISION];
}

/** Lets the library keep our fields in its models' payloads. */
export function extendGrantPayload(provider: Provider): void {
  extend(provider.Grant, ['organizationId', 'sessionUid', 'generation']);
  for (const model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode, provider.DeviceCode])
    extend(model, ['generation']);
}

function extend(model: object, fields: string[]): void {
  const inherited = (model as { IN_PAYLOAD: string[] }).IN_PAYLOAD;
  Object.defineProperty(model, 'IN_PAYLOAD', { configurable: true, get: () => [...inherited, ...fields] });
}

/** `loadExistingGrant`: finds or makes the grant of this request, or undefined while the organization isn't decided. */
export function createGrantLoader(runtime: Runtime) {
  return async function loadExistingGrant(ctx: OidcContext): Promise<unknown> {
    const { oidc } = ctx;
    const application = await applicationOf(runtime, oidc.client.clientId);
    const decision = await organizationOfLogin(runtime, application, oidc.account.accountId, wishOf(runtime, ctx));
    oidc[DECISION] = decision;
    if (decision.kind !== 'decided') return undefined;
    requireAskedRole(decision.standing, oidc.params.scope);
    // The policy asks for a new sign-in: see settings/policy.ts.
    if (signInEnded(decision.standing.membership, oidc.session)) return undefined;
    if (!oidc.entities.DeviceCode) return grantWithScopes(runtime, ctx, application, decision.standing);
    const organizationId = decision.standing.organization?._id ?? null;
    const grant = newGrant(oidc, { jti: newSecret(), organizationId }, grantTtl(application));
    await giveWhatIsAsked(runtime, ctx, application, decision.standing, grant);
    return grant;
  };
}

/** How often a grant is read anew because another request changed it meanwhile. */
const ATTEMPTS = 20;

async function grantWithScopes(
  runtime: Runtime,
  ctx: OidcContext,
  application: ApplicationFacts,
  standing: Standing,
): Promise<unknown> {
  const ttl = grantTtl(application);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { grant, made } = await findOrMake(ctx.oidc, standing.organization?._id ?? null, ttl);
    const read = structuredClone({ generation: grant.generation, openid: grant.openid, resources: grant.resources });
    await giveWhatIsAsked(runtime, ctx, application, standing, grant);
    if (made) {
      if (!(await insert(runtime, ctx.oidc, grant, ttl))) continue;
      if (application.firstParty || (await isAllowedStill(runtime, grant))) return grant;
      await grant.adapter.destroy(grant.jti);
      continue;
    }
    const now = Math.floor(runtime.services.clock.now().getTime() / 1000);
    const ending = grant.exp - now < ttl - DAY;
    const { openid, resources } = grant;
    if (!ending && JSON.stringify([openid, resources]) === JSON.stringify([read.openid, read.resources])) return grant;
    if (ending) grant.exp = now + ttl;
    const { payload } = await grant.getValueAndPayload();
    if (await grant.adapter.replace(grant.jti, payload, grant.exp - now, read)) return grant;
  }
  throw new Error('a grant was changed by others all the time');
}

/** What deciding needs of an application. */
export type ApplicationFacts = Pick<
  Application,
  '_id' | 'firstParty' | 'organization' | 'defaultApi' | 'permissions' | 'type'
> &
  Partial<Application>;

/** Our record of an application; the console is one that uses no organization. */
export async function applicationOf(runtime: Runtime, clientId: string): Promise<ApplicationFacts> {
  if (isConsole(clientId)) return { _id: clientId, firstParty: true, organization: 'none', type: 'web' };
  const application = (await runtime.services.catalog.current()).applications.get(clientId);
  // R8: what is under way for it comes to nothing.
  if (!application) throw new errors.InvalidClient('client is invalid', 'the application was deleted meanwhile');
  return application;
}

/** @returns the grant of this session, or one that was made and isn't saved yet. */
async function findOrMake(
  oidc: OidcContext,
  organizationId: string | null,
  ttl: number,
): Promise<{ grant: OidcContext; made: boolean }> {
  const { account, client, provider, session } = oidc;
  const jti = digest(session.uid, client.clientId, organizationId ?? '');
  // A session that began in this request has none.
  const existing = session.new ? undefined : await provider.Grant.find(jti);
  if (existing?.accountId === account.accountId) return { grant: existing, made: false };
  if (existing) await provider.Grant.adapter.destroy(jti);
  return { grant: newGrant(oidc, { jti, organizationId, sessionUid: session.uid }, ttl), made: true };
}

/** @returns false where another request has made it at the same moment, or one from before hadn't been swept away. */
async function insert(runtime: Runtime, oidc: OidcContext, grant: OidcContext, ttl: number): Promise<boolean> {
  const { payload } = await grant.getValueAndPayload();
  const inserted = await grant.adapter.insert(grant.jti, payload, ttl);
  await refuseEnded(runtime, oidc, grant);
  if (inserted) await startedGrant(runtime, grant);
  else await grant.adapter.sweep(grant.jti);
  Object.assign(grant, { iat: payload.iat, exp: payload.exp });
  return inserted;
}

/**
 * Taking access back withdraws the consent, then ends the grants. Looked at after the grant was made, either the consent is gone by now, or
 * the grant is among those that end.
 */
async function isAllowedStill({ services }: Runtime, grant: OidcContext): Promise<boolean> {
  const scopes: string[] = grant.getOIDCScope().split(' ').filter(Boolean);
  if (scopes.length === 0) return true;
  const { accountId: userId, clientId: applicationId, organizationId } = grant;
  const allowed = await consentedScopes(services, { userId, applicationId, organizationId });
  return scopes.every((scope) => allowed.has(scope));
}

/** One that isn't saved yet. A device's names no session, and is saved when the person has allowed it: see `device/device-codes.ts`. */
function newGrant(
  oidc: OidcContext,
  { jti, organizationId, sessionUid }: Pick<GrantFacts, 'jti' | 'organizationId'> & { sessionUid?: string },
  expiresIn: number,
): OidcContext {
  const { account, client, provider } = oidc;
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId, jti, expiresIn });
  return Object.assign(grant, { organizationId, sessionUid, generation: newSecret() });
}

/**
 * An administrator ends a member's sessions, suspends or removes them: what that writes down comes first, then the grants end. Looked at
 * after the grant was made, either it is written down by now, or the grant is among those that end.
 */
export async function refuseEnded({ services }: Runtime, oidc: OidcContext, grant: GrantFacts): Promise<void> {
  const { jti, accountId: userId, organizationId } = grant;
  await refuseEndedSession(oidc, jti);
  if (!organizationId) return;
  const { models } = services;
  const membership = await models.Membership.findOne({ organizationId, userId }, { status: 1, endedSignIns: 1 }).lean();
  if (membership?.status === 'active' && !signInEnded(membership, oidc.session)) return;
  await oidc.provider.Grant.adapter.destroy(jti);
  throw new errors.SessionNotFound('the session has ended here');
}

/**
 * Signing out ends the session, then its grants. Looked at after the grant was made, a session that is still there ends later, and the
 * grant with it; one that is gone has left this grant behind.
 */
async function refuseEndedSession({ provider, session }: OidcContext, jti: string): Promise<void> {
  if (session.new || (await provider.Session.findByUid(session.uid))) return;
  await provider.Grant.adapter.destroy(jti);
  throw new errors.SessionNotFound('the session has ended');
}
