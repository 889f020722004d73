/**
 * The whole server without listening. A request passes each layer once: middleware, a handler that reads input and calls one
 * service, a view. Tests and `main.ts` use this alike.
 */
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import type { Connection } from 'mongoose';
import { createApi } from './api/index.js';
import { API_LIMITS, type ApiLimits } from './api/limits.js';
import { registrationRoutes } from './api/register.js';
import type { Background } from './lib/background.js';
import type { Clock } from './lib/clock.js';
import { createTextLookup } from './lib/dns.js';
import type { Encryption } from './lib/encryption.js';
import type { Logger } from './lib/logger.js';
import { METRICS_TYPE, measureKeyAges, measureReadiness, metricsText } from './lib/metrics.js';
import type { Outbound } from './lib/outbound.js';
import { withReadsOnce } from './lib/read-once.js';
import { type RequestFacts, withRequestFacts } from './lib/request-facts.js';
import { createSigner } from './lib/signatures.js';
import { VERSION } from './lib/version.js';
import { createMailQueue, senderOf } from './mail/queue.js';
import { createMailRenderer } from './mail/render.js';
import type { Transport } from './mail/transport.js';
import { serveAssets } from './middleware/assets.js';
import { createCsrf } from './middleware/csrf.js';
import { answerInTime, type StoreState } from './middleware/deadline.js';
import { errorHandler } from './middleware/errors.js';
import { allowHost } from './middleware/host.js';
import { measureRequests } from './middleware/measure.js';
import { MOST_IN_FLIGHT, refuseOverload } from './middleware/overload.js';
import { postAsGet } from './middleware/post-as-get.js';
import { requestLog } from './middleware/request.js';
import { securityHeaders } from './middleware/security-headers.js';
import { createCallAuthentication } from './oidc/authenticate-call.js';
import { LOGOUT_NOTICE, sendLogoutNotice, tellOfEndingGrants } from './oidc/backchannel-logout.js';
import { machinePermissions } from './oidc/machine-permissions.js';
import { createProvider, protocolRoute } from './oidc/provider.js';
import { createApplicationCheck } from './oidc/registration.js';
import type { Runtime } from './oidc/runtime.js';
import { createProviderSwitch } from './oidc/switch.js';
import { accountRoutes } from './pages/account/index.js';
import type { PageDeps } from './pages/deps.js';
import { deviceRoutes } from './pages/device.js';
import { interactionRoutes } from './pages/interaction/index.js';
import { joinRoutes } from './pages/join.js';
import { invitationLinkRoutes } from './pages/join-invitation.js';
import { heardFrom, textsFor } from './pages/language.js';
import { organizationPages } from './pages/organizations/index.js';
import { pictureRoutes } from './pages/pictures.js';
import { errorPage, providerPages } from './pages/protocol.js';
import { recoveryRoutes } from './pages/recovery/index.js';
import { createRenderer } from './pages/render.js';
import { setupRoutes } from './pages/setup.js';
import { styleguideRoutes } from './pages/styleguide.js';
import { assets } from './pages/view/assets.js';
import { createAskByAddress } from './services/ask-by-address.js';
import type { ChainKey } from './services/audit/chain.js';
import { startAuditWork } from './services/audit/index.js';
import { startBulkWork } from './services/bulk/index.js';
import { createClientSecretLimits } from './services/client-secret-limits.js';
import type { ServiceContext } from './services/context.js';
import { createCreationLimits } from './services/creation-limits.js';
import { createDeliveries } from './services/deliveries/index.js';
import { startJoinRequestWork } from './services/join-requests/tell-administrators.js';
import { withinNoticeLimits } from './services/mail/notice-limits.js';
import { ROLES_GIVEN, tellRolesGiven } from './services/mail/roles-given.js';
import { createOwnLimits } from './services/own-limits.js';
import { createRecoveryLimits } from './services/recovery-limits.js';
import { createRegistrationLimits } from './services/registration/limits.js';
import { createSignInLimits } from './services/sign-in-limits.js';
import type { SigningKeys } from './services/signing-keys/follow-keys.js';
import { JWKS_MAX_AGE } from './services/signing-keys/lifetimes.js';
import { keepKeys, startUpkeep } from './services/upkeep.js';
import { createUserCodeLimits } from './services/user-code-limits.js';
import { type Catalogue, loadCatalogue } from './texts/catalogue.js';

export interface AppDeps extends StoreState {
  services: ServiceContext;
  connection: Connection;
  /** Where what goes on beside requests is registered; whoever made it stops it. */
  background: Background;
  clock: Clock;
  logger: Logger;
  issuer: string;
  cookieKeys: readonly string[];
  /** Calls what applications have named. */
  outbound: Outbound;
  signingKeys: SigningKeys;
  /** Seals what lies in the store. */
  encryption: Encryption;
  /** The key of the audit log's chains. */
  auditKey: ChainKey;
  /** For how many days the log's events are kept; null: for ever. */
  auditRetention: number | null;
  /** How old a signing key may get while it signs, in seconds; null: until somebody rotates. */
  keyRotation: number | null;
  trustProxy: boolean;
  signUp: 'open' | 'verified' | 'closed';
  createOrganizations: 'anyone' | 'operators';
  /** Whether `/styleguide` is there. */
  development?: boolean | undefined;
  /** `HOST:PORT` of the servers that are asked for domains' records; the system's unless given. */
  dnsServers?: readonly string[] | null | undefined;
  /** Who may register applications by themselves. */
  registration: 'off' | 'token' | 'open';
  /** Seconds. */
  sessionIdle: number;
  sessionAbsolute: number;
  /** False while starting, draining, or without a store: then readiness answers 503. */
  ready: () => boolean | Promise<boolean>;
  /** What `/metrics` answers, in Prometheus' text format; one process's own unless given. */
  metrics?: (() => Promise<string>) | undefined;
  /** How much callers of the API may ask. */
  apiLimits?: ApiLimits | undefined;
  /** Where mails go; absent: none are sent. */
  mailTransport?: Transport | undefined;
  /** Null: `Rollcall <no-reply@HOST>`. */
  mailFrom?: string | null | undefined;
  /** The texts in every language; those of `locales/` unless given. */
  catalogue?: Catalogue | undefined;
  /** Requests that are worked on at once; more are refused. */
  mostInFlight?: number | undefined;
}

export function createApp(deps: AppDeps): Koa {
  const { services, issuer, logger } = deps;
  const catalogue = deps.catalogue ?? loadCatalogue();
  const deliveries = createDeliveries(services, deps.background);
  const runtime: Runtime = {
    services,
    issuer,
    cookieKeys: deps.cookieKeys,
    outbound: deps.outbound,
    deliveries,
    signingKeys: deps.signingKeys,
    clientSecretLimits: createClientSecretLimits(deps.connection, services.clock),
    registration: deps.registration,
    sessionIdle: deps.sessionIdle,
    sessionAbsolute: deps.sessionAbsolute,
    languages: catalogue.languages,
  };
  const render = createRenderer(catalogue);
  services.issuer = issuer;
  if (deps.mailTransport)
    services.mail = withinNoticeLimits(
      deps.connection,
      createMailQueue({
        deliveries,
        encryption: deps.encryption,
        render: createMailRenderer(catalogue, issuer),
        transport: deps.mailTransport,
        from: senderOf(deps.mailFrom, issuer),
        issuer,
      }),
    );
  deliveries.handle(ROLES_GIVEN, (note) => tellRolesGiven(services, note));
  const signer = createSigner(deps.cookieKeys);
  const csrf = createCsrf(signer, issuer);
  const protocolPages = providerPages(services, { render, catalogue, csrf });
  const provider = createProviderSwitch(deps.signingKeys, (keys) => createProvider(runtime, keys, protocolPages));
  keepKeys(deps.background, deps.signingKeys, { rotateEvery: deps.keyRotation, hintsFor: deps.sessionAbsolute });
  startUpkeep(services, deps.background);
  measureReadiness(deps.ready);
  measureKeyAges(() => deps.signingKeys.ages());
  services.lookUpTexts = createTextLookup(deps.dnsServers);
  startJoinRequestWork(services, deps.background, issuer);
  services.grantsEnding = (grants) => tellOfEndingGrants(runtime, grants);
  services.machineToday = (applicationId) => machinePermissions(runtime, applicationId);
  deliveries.handle(LOGOUT_NOTICE, (notice) => sendLogoutNotice(runtime, provider.current, notice));
  const recoveryLimits = createRecoveryLimits(deps.connection);
  const pages: PageDeps = {
    services,
    runtime,
    get provider() {
      return provider.current;
    },
    limits: createSignInLimits(deps.connection),
    userCodeLimits: createUserCodeLimits(deps.connection),
    creationLimits: createCreationLimits(deps.connection),
    ownLimits: createOwnLimits(deps.connection),
    recoveryLimits,
    askByAddress: createAskByAddress(services, {
      deliveries,
      encryption: deps.encryption,
      limits: recoveryLimits,
    }),
    signer,
    csrf,
    render,
    catalogue,
    textsOf: (ctx) => textsFor(catalogue, heardFrom(ctx)),
    issuer,
    signUp: deps.signUp,
    createOrganizations: deps.createOrganizations,
  };

  const app = new Koa({ proxy: deps.trustProxy, maxIpsCount: 1, keys: [...deps.cookieKeys] });
  app.silent = true;
  app.use(requestLog(logger));
  app.use(measureRequests((path) => (assets.has(path) ? '/assets/…' : protocolRoute(path))));
  app.use(errorHandler(logger, errorPage(render)));
  app.use(securityHeaders(issuer));
  app.use(allowHost(issuer));
  app.use(refuseOverload(logger, deps.mostInFlight ?? MOST_IN_FLIGHT));
  app.use(answerInTime(deps, errorPage(render)));
  app.use(serveAssets(assets));
  app.use(postAsGet);
  const audit = startAuditWork(services, deps.background, { key: deps.auditKey, retention: deps.auditRetention });
  startBulkWork(services, deps.background);
  const api = createApi({
    services,
    issuer,
    signer,
    connection: deps.connection,
    encryption: deps.encryption,
    version: VERSION,
    limits: deps.apiLimits ?? API_LIMITS,
    authenticate: createCallAuthentication(runtime, () => provider.current),
    docsPage: (page) => render('api/docs', page),
  });
  const router = routes(deps, pages).routes();
  app.use((ctx, next) => {
    if (LIBRARYS.has(ctx.path)) return next();
    const facts = factsOf(ctx);
    return withRequestFacts(facts, () => api(ctx, () => router(ctx as never, next))).finally(
      () => facts.eventful && audit.nudge(),
    );
  });
  app.use(async (ctx, next) => {
    if (!isProtocol(ctx.path)) return next();
    if (ctx.path === '/oauth2/jwks') ctx.set('Cache-Control', `public, max-age=${JWKS_MAX_AGE}`);
    ctx.respond = false;
    const facts = { ...factsOf(ctx), arrivedAt: services.clock.now() };
    (ctx.req as { rollcall?: unknown }).rollcall = facts;
    await withReadsOnce(facts, () => provider.handle(ctx.req, ctx.res));
    if (facts.eventful) audit.nudge();
  });
  return app;
}

const factsOf = (ctx: Context): RequestFacts => ({
  requestId: ctx.state.requestId,
  address: ctx.ip,
  userAgent: ctx.headers['user-agent'],
  acceptLanguage: ctx.headers['accept-language'],
});

/** The busiest endpoints, which no page of ours shares: nothing is looked up for them. */
const LIBRARYS = new Set(
  ['authorize', 'token', 'introspect', 'revoke', 'userinfo', 'jwks'].map((name) => `/oauth2/${name}`),
);

const isProtocol = (path: string) => path.startsWith('/oauth2/') || path.startsWith('/.well-known/');

function routes(deps: AppDeps, pages: PageDeps): Router {
  const router = new Router();
  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' };
  });
  router.get('/health/ready', async (ctx) => {
    const ready = await deps.ready();
    ctx.status = ready ? 200 : 503;
    ctx.body = { status: ready ? 'ready' : 'not ready' };
  });
  router.get('/metrics', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Type', METRICS_TYPE);
    ctx.body = await (deps.metrics ?? metricsText)();
  });
  router.get('/', (ctx) => ctx.redirect('/account'));
  registrationRoutes(router, {
    ...deps,
    limits: createRegistrationLimits(deps.connection),
    check: (application) => createApplicationCheck(pages.provider)(application),
  });
  interactionRoutes(router, pages);
  accountRoutes(router, pages);
  pictureRoutes(router, pages);
  joinRoutes(router, pages);
  invitationLinkRoutes(router, pages);
  organizationPages(router, pages);
  setupRoutes(router, pages);
  recoveryRoutes(router, pages);
  deviceRoutes(router, pages);
  if (deps.development) styleguideRoutes(router, pages);
  return router;
}
