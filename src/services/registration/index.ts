/**
 * Dynamic registration (RFC 7591) and its management (RFC 7592): applications that register themselves. They are third-party ones without
 * organizations, and reach no API (R15). A registration is managed by its own token, which is new with each change; each step is one
 * conditional update by that token's hash.
 */
import { RollcallError } from '../../lib/errors.js';
import { newClientId, newSecret } from '../../lib/ids.js';
import { hashSecret, secretMatches } from '../../lib/secrets.js';
import type { Application } from '../../models/index.js';
import { claimName } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { registrationEvent } from './events.js';
import { metadataFault } from './fault.js';
import { useInitialAccessToken } from './initial-access-tokens.js';
import { endRegistration, requireRoom, stepBackWhereFull } from './lifecycle.js';
import type { RegisteredValues } from './metadata.js';

/** An application as it was registered, with what is shown this once. */
export interface Registered {
  application: Application;
  /** New ones only. */
  secret?: string;
  registrationToken: string;
}

/** Whether the protocol can live with an application. @throws RollcallError `invalid_client_metadata`, `invalid_redirect_uri` */
export type ApplicationCheck = (application: Application) => Promise<void>;

export const invalidToken = () =>
  new RollcallError('invalid_token', 401, 'the access token is missing, unknown, or has ended');

const needsSecret = ({ tokenEndpointAuthMethod: method }: Pick<Application, 'tokenEndpointAuthMethod'>) =>
  method === 'client_secret_basic' || method === 'client_secret_post';

/**
 * Registers an application.
 * @param initialAccessToken undefined where anybody may
 * @throws RollcallError `invalid_token` where the token was used up meanwhile, `temporarily_unavailable` where anybody may and too many
 * are unused, and what the check throws
 */
export async function registerApplication(
  context: ServiceContext,
  { metadata, eitherMethod, ...values }: RegisteredValues,
  check: ApplicationCheck,
  initialAccessToken: string | undefined,
): Promise<Registered> {
  const { models, clock } = context;
  const now = clock.now();
  const [registrationToken, clientId] = [newSecret(), newClientId()];
  const secret = needsSecret(values) ? newSecret() : undefined;
  const application: Application = {
    _id: clientId,
    ...values,
    ...(secret ? { secretHash: hashSecret(secret) } : {}),
    firstParty: false,
    organization: 'none',
    profileClaimsIn: 'userinfo',
    permissions: [],
    registration: { tokenHash: hashSecret(registrationToken), issuedAt: now, unusedSince: now, eitherMethod, metadata },
    createdAt: now,
    updatedAt: now,
    pendingEvents: [registrationEvent(context, 'application.registered', clientId, { ...values, metadata })],
  };
  const open = initialAccessToken === undefined;
  if (open) await requireRoom(context);
  await check(application);
  if (!open && !(await useInitialAccessToken(context, initialAccessToken))) throw invalidToken();
  // Client ids of applications and APIs are one namespace.
  await claimName(context, 'client', clientId, clientId, async () => true);
  await models.Application.create(application);
  if (open) await stepBackWhereFull(context, clientId);
  await context.catalog.changed();
  return { application, ...(secret ? { secret } : {}), registrationToken };
}

/** The application that a registration's token is for. @throws RollcallError `invalid_token`, also for an unknown one (RFC 7592 2.1) */
export async function findRegistration(
  { models }: ServiceContext,
  clientId: string,
  token: string | undefined,
): Promise<Application> {
  const application = token === undefined ? null : await models.Application.findById(clientId).lean();
  const hash = application?.deletedAt ? undefined : application?.registration?.tokenHash;
  if (!application || !hash || !secretMatches(hash, token as string)) throw invalidToken();
  return application;
}

/**
 * Replaces what was registered (RFC 7592 2.2). The registration's token is a new one afterwards; a secret stays, or is made where there was
 * none and one is needed now.
 * @param given the secret in the request, which has to be the present one
 */
export async function updateRegistration(
  context: ServiceContext,
  present: Application,
  { metadata, eitherMethod, ...values }: RegisteredValues,
  check: ApplicationCheck,
  given: unknown,
): Promise<Registered> {
  const { models, clock } = context;
  if (given !== undefined && !(typeof given === 'string' && secretMatches(present.secretHash ?? '', given)))
    throw metadataFault('client_secret', 'it is not the present one');
  const registrationToken = newSecret();
  const secret = needsSecret(values) && !present.secretHash ? newSecret() : undefined;
  const { registration } = present as Required<Application>;
  const changed = { tokenHash: hashSecret(registrationToken), eitherMethod, metadata };
  const changes = { ...values, ...(secret ? { secretHash: hashSecret(secret) } : {}), updatedAt: clock.now() };
  const { secretHash: _secret, ...withoutSecret } = present;
  await check({
    ...(needsSecret(values) ? present : withoutSecret),
    ...changes,
    registration: { ...registration, ...changed },
  });
  const updated = await models.Application.findOneAndUpdate(
    { _id: present._id, 'registration.tokenHash': registration.tokenHash },
    {
      // Each by itself: whether it was used changes meanwhile.
      $set: { ...changes, ...prefixed('registration.', changed) },
      ...(needsSecret(values) ? {} : { $unset: { secretHash: 1 } }),
      $push: {
        pendingEvents: registrationEvent(context, 'application.registration_changed', present._id, {
          ...values,
          metadata,
        }),
      },
    },
    { returnDocument: 'after', lean: true },
  );
  // Changed or deleted by another request with the same token.
  if (!updated) throw invalidToken();
  await context.catalog.changed();
  return { application: updated as Application, ...(secret ? { secret } : {}), registrationToken };
}

/** Deletes a registration (RFC 7592 2.3): with the application everything ends that it was given (R8). */
export async function deleteRegistration(context: ServiceContext, present: Application): Promise<void> {
  const byToken = { _id: present._id, 'registration.tokenHash': present.registration?.tokenHash ?? '' };
  if (!(await endRegistration(context, byToken, 'application.deleted'))) throw invalidToken();
  await context.catalog.changed();
}

const prefixed = (prefix: string, values: object) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
