/**
 * Where the library's token models are extended: claims that it leaves out, tokens that belong to one generation of a grant, and
 * the ten seconds' grace of a refresh token.
 */
import { errors, type Provider } from 'oidc-provider';
import { loadStanding } from '../services/load-standing.js';
import { organizationClaims } from './account.js';
import { sidOf } from './backchannel-logout.js';
import { applicationOf } from './grants.js';
import { apiAt } from './management-api.js';
import type { OidcContext, Runtime } from './runtime.js';
import { saveSessionsWhenWorthIt } from './session-saves.js';
import { permissionsToday } from './settings/resources.js';
import { markTokens } from './token-kinds.js';

/** A refresh token that the same application used this recently was probably retried after a lost answer (contract.md). */
const GRACE_SECONDS = 10;

/** `extraTokenClaims` of JWT access tokens: today's organization, roles and permissions, and the grant that ends them. */
export function createExtraTokenClaims(runtime: Runtime) {
  return async function extraTokenClaims(
    ctx: OidcContext,
    token: OidcContext,
  ): Promise<Record<string, unknown> | undefined> {
    if (token.resourceServer?.accessTokenFormat !== 'jwt') return undefined;
    const [catalog, application] = await Promise.all([
      runtime.services.catalog.current(),
      applicationOf(runtime, token.clientId),
    ]);
    const api = apiAt(runtime, catalog, token.resourceServer.identifier());
    if (token.kind === 'ClientCredentials') {
      return { permissions: (token.scope ?? '').split(' ').filter(Boolean).sort() };
    }
    const grant = ctx.oidc.entities.Grant;
    const standing = await loadStanding(runtime.services, {
      userId: grant.accountId,
      organizationId: grant.organizationId ?? null,
    });
    if (!standing || !api) throw new errors.InvalidGrant('there is nothing left to give');
    const source = sourceOf(ctx);
    const claims = Object.keys(source?.claims?.userinfo ?? {});
    return {
      ...organizationClaims(standing, permissionsToday(runtime, application, api, standing) ?? [], token.scope),
      gid: `${grant.jti}.${grant.generation}`,
      ...(source ? { auth_time: source.authTime, acr: source.acr, amr: source.amr } : {}),
      ...(source?.sid ? { sid: source.sid } : {}),
      // Userinfo learns from the token what was asked of it by the `claims` parameter.
      ...(claims.length ? { userinfo_claims: claims } : {}),
    };
  };
}

/** What an access token is issued on. */
const sourceOf = (ctx: OidcContext): OidcContext => {
  const { RefreshToken, AuthorizationCode, DeviceCode } = ctx?.oidc.entities ?? {};
  return RefreshToken ?? AuthorizationCode ?? DeviceCode;
};

export function extendTokens(provider: Provider): void {
  markTokens(provider);
  bindToGeneration(provider);
  completeIdTokens(provider);
  nameSessions(provider);
  graceOfRefresh(provider);
  saveSessionsWhenWorthIt(provider);
}

const VALUES = new WeakMap<object, string>();

function bindToGeneration(provider: Provider): void {
  for (const model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode] as OidcContext[]) {
    const { save } = model.prototype;
    model.prototype.save = async function saveWithGeneration(...args: unknown[]) {
      const { ctx } = provider.constructor as OidcContext;
      this.generation ??= ctx?.oidc.entities.Grant?.generation;
      // The library keeps what was asked of userinfo only in tokens that are for no API.
      if (this.kind === 'AccessToken') this.claims ??= sourceOf(ctx)?.claims;
      const value = await save.apply(this, args);
      VALUES.set(this, value);
      return value;
    };
  }
}

/** `at_hash` and `azp` also in the code flow, where the library leaves them out. */
function completeIdTokens(provider: Provider): void {
  const prototype = provider.IdToken.prototype as OidcContext;
  const { issue } = prototype;
  prototype.issue = function issueComplete(options: { use: string }) {
    if (options.use === 'idtoken') {
      this.set('azp', this.client.clientId);
      const token = this.ctx.oidc.entities.AccessToken;
      const value = token && VALUES.get(token);
      if (value) this.set('at_hash', value);
    }
    return issue.call(this, options);
  };
}

/** ID tokens name the session. Its id towards an application is computed: kept in the session, it is lost where two requests save that at once. */
function nameSessions(provider: Provider): void {
  (provider.Client.prototype as OidcContext).includeSid = () => true;
  (provider.Session.prototype as OidcContext).sidFor = function sidFor(clientId: string) {
    return sidOf(this.uid, clientId);
  };
}

function graceOfRefresh(provider: Provider): void {
  const model = provider.RefreshToken as OidcContext;
  const find = model.find.bind(model);
  model.find = async (value: string, options: unknown) => {
    const token = await find(value, options);
    const ctx = (provider.constructor as OidcContext).ctx;
    if (token?.consumed && ctx?.oidc.route === 'token' && token.clientId === ctx.oidc.client?.clientId) {
      const age = Math.floor(Date.now() / 1000) - token.consumed;
      if (age <= GRACE_SECONDS) {
        throw new errors.CustomOIDCProviderError(
          'invalid_grant',
          'this refresh token was used just now; use the one that the answer brought',
        );
      }
    }
    return token;
  };
}
