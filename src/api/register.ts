/** `/oauth2/register`: RFC 7591 and 7592. Who may register is the configuration's; who manages a registration holds its token. */
import { bodyParser } from '@koa/bodyparser';
import type Router from '@koa/router';
import type { Context, Next } from 'koa';
import { RollcallError } from '../lib/errors.js';
import { REGISTRABLE } from '../oidc/registration.js';
import type { ServiceContext } from '../services/context.js';
import { metadataFault } from '../services/registration/fault.js';
import {
  type ApplicationCheck,
  deleteRegistration,
  findRegistration,
  invalidToken,
  registerApplication,
  updateRegistration,
} from '../services/registration/index.js';
import { isInitialAccessToken } from '../services/registration/initial-access-tokens.js';
import type { RegistrationLimits } from '../services/registration/limits.js';
import type { RegisteredValues } from '../services/registration/metadata.js';
import { presentRegistration } from '../services/registration/present.js';

export interface RegistrationDeps {
  services: ServiceContext;
  issuer: string;
  registration: 'off' | 'token' | 'open';
  limits: RegistrationLimits;
  check: ApplicationCheck;
}

const PATH = '/oauth2/register';

export function registrationRoutes(router: Router, deps: RegistrationDeps): void {
  if (deps.registration === 'off') return;
  const limited = limit(deps.limits);
  router.post(PATH, answerErrors, limited, async (ctx) => register(deps, ctx));
  router.get(`${PATH}/:clientId`, answerErrors, async (ctx) => read(deps, ctx));
  router.put(`${PATH}/:clientId`, answerErrors, limited, async (ctx) => update(deps, ctx));
  router.delete(`${PATH}/:clientId`, answerErrors, limited, async (ctx) => remove(deps, ctx));
}

async function register({ services, issuer, registration, check }: RegistrationDeps, ctx: Context): Promise<void> {
  const token = registration === 'open' ? undefined : bearer(ctx);
  if (registration !== 'open' && !(token && (await isInitialAccessToken(services, token)))) throw invalidToken();
  const values = await readValues(await jsonBody(ctx));
  ctx.body = presentRegistration(issuer, await registerApplication(services, values, check, token));
  ctx.status = 201;
}

async function read({ services, issuer }: RegistrationDeps, ctx: Context): Promise<void> {
  const token = bearer(ctx);
  const application = await findRegistration(services, ctx.params.clientId ?? '', token);
  ctx.body = presentRegistration(issuer, { application, registrationToken: token as string });
}

/** Members that the server gives and a client may not send (RFC 7592 2.2). */
const SERVERS = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

async function update({ services, issuer, check }: RegistrationDeps, ctx: Context): Promise<void> {
  const present = await findRegistration(services, ctx.params.clientId ?? '', bearer(ctx));
  const body = await jsonBody(ctx);
  const servers = SERVERS.find((name) => body[name] !== undefined);
  if (servers) throw new RollcallError('invalid_request', 400, `${servers} is the server’s to give`);
  if (body.client_id !== present._id)
    throw new RollcallError('invalid_request', 400, 'client_id is not that of this registration');
  const values = await readValues(body);
  const updated = await updateRegistration(services, present, values, check, body.client_secret);
  ctx.body = presentRegistration(issuer, updated);
}

async function remove({ services }: RegistrationDeps, ctx: Context): Promise<void> {
  await deleteRegistration(services, await findRegistration(services, ctx.params.clientId ?? '', bearer(ctx)));
  ctx.status = 204;
}

/** The schema and its library are loaded with the first registration: most servers take none. */
async function readValues(body: Record<string, unknown>): Promise<RegisteredValues> {
  const { readMetadata } = await import('../services/registration/metadata.js');
  return readMetadata(body, REGISTRABLE);
}

/** RFC 6750 2.1 alone: no token in a body or a query. */
const bearer = (ctx: Context) => /^Bearer ([\w-]{1,200})$/i.exec(ctx.get('Authorization'))?.[1];

const limit = (limits: RegistrationLimits) =>
  async function limitRegistrations(ctx: Context, next: Next): Promise<void> {
    const seconds = await limits.take(ctx.ip);
    if (seconds === undefined) return next();
    ctx.set('Retry-After', String(seconds));
    throw new RollcallError('too_many_requests', 429, 'too many registrations from this address; try again later');
  };

const parse = bodyParser({
  enableTypes: ['json'],
  jsonLimit: '64kb',
  encoding: 'utf-8',
  onError(error) {
    if ((error as { status?: number }).status === 413)
      throw new RollcallError('invalid_request', 413, 'the body is larger than 64 KiB');
    throw new RollcallError('invalid_request', 400, 'the body is not JSON', { cause: error });
  },
});

async function jsonBody(ctx: Context): Promise<Record<string, unknown>> {
  if (!ctx.is('application/json'))
    throw new RollcallError('invalid_request', 400, 'expected a body of the type application/json');
  await parse(ctx as never, async () => {});
  const body = (ctx.request as { body?: unknown }).body;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw metadataFault('client metadata', 'expected a JSON object');
  return body as Record<string, unknown>;
}

/** Where too many registrations are unused, some end or are used every now and then. Seconds. */
const WAIT_WHERE_FULL = 60 * 60;

/** Errors as RFC 7591 3.2.2 and RFC 6750 3 have them. What isn't ours goes on to where every error is rendered. */
async function answerErrors(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  try {
    await next();
  } catch (error) {
    if (!(error instanceof RollcallError) || (error.status >= 500 && error.code !== 'temporarily_unavailable'))
      throw error;
    if (error.status === 503) ctx.set('Retry-After', String(WAIT_WHERE_FULL));
    ctx.status = error.status;
    if (error.status === 401) {
      const given = ctx.get('Authorization') ? ', error="invalid_token"' : '';
      ctx.set('WWW-Authenticate', `Bearer realm="registration"${given}`);
    }
    // The characters that RFC 6749 5.2 leaves to a description.
    const description = error.message.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'");
    ctx.body = { error: error.code, error_description: description };
  }
}
