/**
 * Who calls this server's own API (architecture 2): the access tokens for it, of people and of machines, decided on a live grant and
 * today's roles, whatever the token says.
 */
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { type Actor, can } from '../access/can.js';
import { limitedTo } from '../access/management.js';
import type { ManagementPermission } from '../access/statements.js';
import { RollcallError } from '../lib/errors.js';
import { shareReads } from '../lib/read-once.js';
import type { Application } from '../models/index.js';
import { actorOf } from '../services/load-actor.js';
import { loadStanding } from '../services/load-standing.js';
import { PROOF_ALGORITHMS } from './dpop.js';
import { provesPossession } from './dpop-proof.js';
import type { GrantFacts } from './grants.js';
import { apiAt, managementIdentifier } from './management-api.js';
import type { Runtime } from './runtime.js';
import { permissionsAllowed } from './settings/resources.js';
import { splitScope } from './settings/scopes.js';
import { type AccessTokenPayload, createVerifyAccessToken, grantReference, looksLikeJwt } from './verify-jwt.js';

/** Who calls, and how far the token reaches. */
export interface Caller {
  /** Who acts, and no further than the token carries. */
  actor: Actor;
  /** Who it is, by today's roles alone: what they lack they are not told of, unlike what the token lacks. */
  self: Actor;
  applicationId: string;
  /** Tells callers apart for limits and kept answers: the application, and for a person's token the person and the organization. */
  key: string;
  /** What the token carries: as far as the application is allowed it today and, where the person had to allow it, its scope. */
  carries: ReadonlySet<ManagementPermission>;
  /** The organization that a person's token is for; null for a machine's, or for one that is for none. */
  organizationId: string | null;
  /** Machines and operators reach every organization, others their own (R13). */
  reachesAll: boolean;
}

export type AuthenticateCall = (ctx: Context) => Promise<Caller>;

/** @returns a function that throws RollcallError 401 `unauthorized` (no token), `invalid_token` or `invalid_dpop_proof`, the challenge set */
export function createCallAuthentication(runtime: Runtime, provider: () => Provider): AuthenticateCall {
  const verify = createVerifyAccessToken(runtime);
  const audience = managementIdentifier(runtime.issuer);
  return async function authenticateCall(ctx) {
    const { scheme, token } = presented(ctx, audience);
    const payload = looksLikeJwt(token) ? await verify(token) : undefined;
    if (!payload || payload.aud !== audience) throw invalidToken(ctx, audience, 'the token is not one for this API');
    await checkPossession(ctx, { scheme, token, payload });
    const caller = await shareReads(() => callerOf(runtime, provider(), payload));
    if (!caller) throw invalidToken(ctx, audience, 'what the token was given for has ended');
    return caller;
  };

  async function checkPossession(
    ctx: Context,
    { scheme, token, payload }: { scheme: string; token: string; payload: AccessTokenPayload },
  ): Promise<void> {
    const jkt = payload.cnf?.jkt;
    if ((scheme === 'dpop') !== (jkt !== undefined))
      throw invalidToken(ctx, audience, jkt ? 'the token is bound to a key' : 'the token is not bound to a key');
    if (jkt === undefined) return;
    const request = {
      proof: ctx.get('DPoP'),
      method: ctx.method,
      url: runtime.issuer + ctx.path,
      accessToken: token,
      clientId: payload.client_id,
      jkt,
    };
    if (await provesPossession(provider(), runtime.services.clock, request)) return;
    challenge(ctx, audience, 'invalid_dpop_proof', 'the DPoP proof does not prove possession of the key');
    throw new RollcallError('invalid_dpop_proof', 401, 'The DPoP proof is missing, was used already or does not fit.');
  }
}

/** RFC 6750 2.1 and RFC 9449 7.1: in the header alone. */
function presented(ctx: Context, audience: string): { scheme: string; token: string } {
  const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/=-]{1,8000})$/i.exec(ctx.get('Authorization')) ?? [];
  if (scheme && token) return { scheme: scheme.toLowerCase(), token };
  if (ctx.get('Authorization')) throw invalidToken(ctx, audience, 'expected an access token');
  challenge(ctx, audience);
  throw new RollcallError('unauthorized', 401, `This needs an access token for ${audience}.`);
}

function invalidToken(ctx: Context, audience: string, reason: string): RollcallError {
  challenge(ctx, audience, 'invalid_token', reason);
  return new RollcallError('invalid_token', 401, 'The access token is not valid here, or not any more.');
}

/** One challenge for each way that a token may come (RFC 6750 3, RFC 9449 7.1). Who brought no token is told no error. */
function challenge(ctx: Context, audience: string, error?: string, description?: string): void {
  const said = error ? `, error="${error}", error_description="${description}"` : '';
  const bearer = error === 'invalid_dpop_proof' ? [] : [`Bearer realm="${audience}"${said}`];
  ctx.set(
    'WWW-Authenticate',
    [...bearer, `DPoP realm="${audience}"${said}, algs="${PROOF_ALGORITHMS.join(' ')}"`].join(', '),
  );
}

/** RFC 6750 3.1: the token is good, and carries too little. */
export function challengeScope(ctx: Context, issuer: string, permissions: readonly string[]): void {
  ctx.set(
    'WWW-Authenticate',
    `Bearer realm="${managementIdentifier(issuer)}", error="insufficient_scope", scope="${permissions.join(' ')}"`,
  );
}

async function callerOf(
  runtime: Runtime,
  provider: Provider,
  payload: AccessTokenPayload,
): Promise<Caller | undefined> {
  const { catalog, reads } = runtime.services;
  const reference = grantReference(payload.gid);
  const [snapshot, revoked, grant] = await Promise.all([
    catalog.current(),
    reads.revoked(payload.jti),
    reference
      ? (provider.Grant.find(reference.grantId) as Promise<unknown> as Promise<GrantFacts | undefined>)
      : undefined,
  ]);
  const application = snapshot.applications.get(payload.client_id);
  const api = apiAt(runtime, snapshot, managementIdentifier(runtime.issuer));
  const allowed = application && api && permissionsAllowed(application, api, runtime.issuer);
  if (revoked || !application || !allowed) return undefined;
  const scope = new Set(splitScope(payload.scope));
  const inScope = allowed.filter((key) => scope.has(key)) as ManagementPermission[];
  if (!reference) return payload.sub === payload.client_id ? machine(application, inScope) : undefined;
  if (!grant || grant.generation !== reference.generation) return undefined;
  if (grant.accountId !== payload.sub || grant.clientId !== payload.client_id) return undefined;
  const carries = application.firstParty ? (allowed as ManagementPermission[]) : inScope;
  return person(runtime, application, grant, new Set(carries));
}

function machine({ _id }: Application, carried: ManagementPermission[]): Caller {
  const carries = new Set(carried);
  const self: Actor = { kind: 'application', applicationId: _id, permissions: carries };
  return {
    actor: self,
    self,
    applicationId: _id,
    key: `application:${_id}`,
    carries,
    organizationId: null,
    reachesAll: true,
  };
}

async function person(
  { services }: Runtime,
  { _id: applicationId }: Application,
  { accountId: userId, organizationId }: GrantFacts,
  carries: ReadonlySet<ManagementPermission>,
): Promise<Caller | undefined> {
  const standing = await loadStanding(services, { userId, organizationId: organizationId ?? null });
  if (!standing) return undefined;
  const self = actorOf(standing);
  return {
    actor: limitedTo(self, carries),
    self,
    applicationId,
    key: `${userId} ${organizationId ?? ''} ${applicationId}`,
    carries,
    organizationId: organizationId ?? null,
    reachesAll: can(self, 'instance:organizations'),
  };
}
