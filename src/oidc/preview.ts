/**
 * The tokens that a user would get in an application, without issuing or storing any. What decides is what decides at the endpoints:
 * these are the library's own hooks, called with a context that holds what they would find there.
 */

import { RollcallError } from '../lib/errors.js';
import type { Api, Application, User } from '../models/index.js';
import { findOrganization } from '../services/create-organization.js';
import type { Standing } from '../services/load-standing.js';
import { createFindAccount } from './account.js';
import { createIntrospectionPolicy } from './introspection.js';
import { apiAt, managementIdentifier, permissionsGiven } from './management-api.js';
import { organizationOfLogin } from './organization-of-login.js';
import { originOf, protocolClaims, type Use } from './preview-origins.js';
import { type DroppedScope, grantedScopes } from './preview-scopes.js';
import { refuseSeveralRoles, requireAskedRole } from './role-scope.js';
import type { OidcContext, Runtime } from './runtime.js';
import { claims as claimsByScope } from './settings/claims.js';
import { resourceIndicators } from './settings/resources.js';
import { createExtraTokenClaims } from './tokens.js';

export interface PreviewRequest {
  application: Application;
  user: User;
  /** A slug or an id, as the authorization request's `organization`. */
  organization?: string | undefined;
  /** Absent: the application's default API; null: none. */
  api?: string | undefined;
  scope: readonly string[];
}

/** A claim with where it comes from. Without a value it is known only when a token is issued. */
export interface PreviewedClaim {
  name: string;
  value?: unknown;
  from: string;
}

export interface TokenPreview {
  organization: { id: string; slug: string; name: string } | null;
  scope: string;
  dropped: DroppedScope[];
  /** Null without the scope `openid`. */
  idToken: PreviewedClaim[] | null;
  accessToken: { format: 'jwt' | 'opaque'; audience: string | null; claims: PreviewedClaim[] };
  /** What the API, or for a token without one the application itself, would be told; null where an API has no client to ask with. */
  introspection: { by: string; claims: PreviewedClaim[] } | null;
}

/** What the preview's steps share. */
export interface Preview extends PreviewRequest {
  runtime: Runtime;
  standing: Standing;
  resource: Api | undefined;
  scope: readonly string[];
}

/**
 * @throws RollcallError with the code that the protocol would answer: `access_denied`, `interaction_required`, `invalid_target`,
 * `unauthorized_client`
 */
export async function previewTokens(
  server: Pick<Runtime, 'services' | 'issuer'>,
  request: PreviewRequest,
): Promise<TokenPreview> {
  // The rest of it is about cookies, sessions and calls to others, which no hook that is called here has anything to do with.
  const runtime = server as Runtime;
  if (request.application.type === 'machine')
    throw new RollcallError('unauthorized_client', 400, 'A machine application signs nobody in.');
  try {
    return await preview(runtime, request);
  } catch (error) {
    const { error: code, error_description: description } = error as { error?: string; error_description?: string };
    if (!code) throw error;
    const why = code === 'access_denied' ? await whyDenied(runtime, request) : undefined;
    throw new RollcallError(code, 400, [description, why].filter(Boolean).join(': '));
  }
}

async function preview(runtime: Runtime, request: PreviewRequest): Promise<TokenPreview> {
  const { application } = request;
  const scope = request.scope.join(' ');
  refuseSeveralRoles(scope);
  const standing = await standingOf(runtime, request);
  requireAskedRole(standing, scope);
  const identifier = request.api ?? application.defaultApi ?? undefined;
  const grant = {
    jti: 'preview',
    generation: 'preview',
    accountId: standing.user._id,
    clientId: application._id,
    organizationId: standing.organization?._id ?? null,
  };
  const ctx: OidcContext = {
    oidc: {
      route: 'token',
      params: { scope, ...(identifier ? { resource: identifier } : {}) },
      client: { clientId: application._id },
      entities: { Grant: grant, Client: { clientId: application._id } },
    },
  };
  const info = identifier
    ? await resourceIndicators(runtime).getResourceServerInfo(ctx, identifier, ctx.oidc.client)
    : undefined;
  const resource = apiAt(runtime, standing.catalog, identifier);
  const { granted, dropped } = grantedScopes(request.scope, {
    standing,
    application,
    resource,
    given: resource ? permissionsGiven(runtime, standing, resource) : [],
    reachable: info?.scope.split(' '),
  });
  const made: Preview = { ...request, runtime, standing, resource, scope: granted };
  return {
    organization: standing.organization && {
      id: standing.organization._id,
      slug: standing.organization.slug,
      name: standing.organization.name,
    },
    scope: granted.join(' '),
    dropped,
    idToken: request.scope.includes('openid') ? await idToken(made, ctx) : null,
    accessToken: await accessToken(made, ctx, info),
    introspection: await introspection(made, ctx),
  };
}

/** R7, and R8: who is refused at a login is refused here. */
async function standingOf(runtime: Runtime, request: PreviewRequest): Promise<Standing> {
  const decision = await organizationOfLogin(runtime, request.application, request.user._id, {
    named: request.organization,
    picked: undefined,
    forOwnApi: request.api === managementIdentifier(runtime.issuer),
  });
  if (decision.kind === 'decided') return decision.standing;
  const asked = {
    choose: 'the person would be asked to choose an organization; name one',
    create: 'the person is in no organization, and would be asked to make one',
    ask: 'the person isn’t a member of it, and could only ask to become one',
    join: 'the person isn’t a member of it, and would be asked whether to join',
  }[decision.kind];
  throw new RollcallError('interaction_required', 400, asked);
}

/** The library keeps of an account's claims those that the scopes give. */
async function idToken(made: Preview, ctx: OidcContext): Promise<PreviewedClaim[]> {
  const scope = ctx.oidc.params.scope as string;
  const token = { grantId: 'preview', generation: 'preview', scope };
  const account = await createFindAccount(made.runtime)(ctx, made.user._id, token);
  const all = (await account.claims('id_token', scope, {})) as Record<string, unknown>;
  const byScope = (claimsByScope ?? {}) as Record<string, readonly string[] | null>;
  const wanted = new Set(made.scope.flatMap((one) => byScope[one] ?? []));
  const kept = Object.entries(all).filter(([name, value]) => wanted.has(name) && value !== undefined && value !== null);
  return claimsWithOrigins(made, 'id_token', Object.fromEntries(kept));
}

async function accessToken(
  made: Preview,
  ctx: OidcContext,
  info: OidcContext | undefined,
): Promise<TokenPreview['accessToken']> {
  if (info?.accessTokenFormat !== 'jwt') return { format: 'opaque', audience: info?.audience ?? null, claims: [] };
  const resourceServer = { accessTokenFormat: 'jwt', identifier: () => made.resource?._id };
  const token = { kind: 'AccessToken', clientId: made.application._id, scope: made.scope.join(' '), resourceServer };
  const { gid: _grant, ...extra } = (await createExtraTokenClaims(made.runtime)(ctx, token)) ?? {};
  const scope = made.scope.join(' ');
  const own = { sub: made.user._id, client_id: made.application._id, aud: info.audience, ...(scope ? { scope } : {}) };
  return {
    format: 'jwt',
    audience: info.audience,
    claims: claimsWithOrigins(made, 'access_token', { ...own, ...extra }),
  };
}

/** The policy puts today's values where the library's answer takes them from. */
async function introspection(made: Preview, ctx: OidcContext): Promise<TokenPreview['introspection']> {
  const by = made.resource ? made.resource.introspection?.clientId : made.application._id;
  if (!by) return null;
  const token: OidcContext = {
    kind: 'AccessToken',
    clientId: made.application._id,
    accountId: made.user._id,
    grantId: 'preview',
    generation: 'preview',
    aud: made.resource?._id,
    scope: made.scope.join(' '),
    jti: 'preview',
  };
  if (!(await createIntrospectionPolicy(made.runtime)(ctx, { clientId: by }, token)))
    return { by, claims: [{ name: 'active', value: false, from: 'nothing may be given any more' }] };
  const { _id: sub } = made.user;
  const { clientId: client_id, aud, scope } = token;
  const said = { active: true, sub, client_id, ...(aud ? { aud } : {}), ...(scope ? { scope } : {}), ...token.extra };
  return { by, claims: claimsWithOrigins(made, 'introspection', said) };
}

function claimsWithOrigins(made: Preview, use: Use, values: Record<string, unknown>): PreviewedClaim[] {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  const atIssue = protocolClaims(made, use).filter(({ name }) => values[name] === undefined);
  return [...known.map(([name, value]) => ({ name, value, from: originOf(made, use, name, value) })), ...atIssue];
}

/** In an operator's words what the protocol doesn't tell an application. */
async function whyDenied({ services }: Runtime, { user, organization }: PreviewRequest): Promise<string | undefined> {
  if (user.status !== 'active') return 'the user is disabled';
  if (organization === undefined) return undefined;
  const found = await findOrganization(services, organization);
  if (!found) return `there is no organization ${organization}`;
  if (found.status !== 'active') return 'the organization is suspended';
  const membership = await services.reads.membership(found._id, user._id);
  if (!membership) return 'the user isn’t a member and may not join';
  return membership.status === 'active' ? undefined : `the membership is ${membership.status}`;
}
