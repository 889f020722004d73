/**
 * A person's signed-in browsers as they see and end them themselves, and the devices that they have allowed, which rest on no browser. What
 * they end, ends whole and everywhere, with what was given in it for offline use (contract.md).
 */
import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { OidcRecord } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { endGrants } from './end-grants.js';
import { markEnded } from './end-user-sessions.js';
import { ownerOf } from './owner-of.js';
import { eachOnce, type StoredSession, sessionsBut, sessionsOf, sessionWith } from './sessions-of.js';

export interface OwnSession {
  /** Opens nothing. */
  id: string;
  kind: 'browser' | 'device';
  /** The one that asks. */
  current: boolean;
  /** Of a device: when it was allowed. */
  signedInAt: Date;
  /** To within a minute or so; null where that isn't known, as of devices. */
  seenAt: Date | null;
  /** Where the sign-in was made from; null where it wasn't written down, as of devices. */
  address: string | null;
  userAgent: string | null;
  /** Names of the applications that something was given to in it. */
  applications: string[];
}

/** Nobody has as many by living: what is older than these isn't listed, but ends with all others. */
const MOST_SESSIONS = 1000;
const MOST_DEVICES = 1000;
/** Of those whose sessions are shown. */
const MOST_GRANTS = 10_000;

const idOf = (kind: OwnSession['kind'], key: string) => digest('own session', kind, key);
const moment = (seconds: unknown): Date | null => (typeof seconds === 'number' ? new Date(seconds * 1000) : null);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The last moment that a Date has, in milliseconds. */
const END = 8_640_000_000_000_000;

/** By this they are listed: the one that asks, then those that were used last. */
export const orderOfSession = ({ id, current, seenAt, signedInAt }: OwnSession): string =>
  `${current ? 0 : 1} ${String(END - (seenAt ?? signedInAt).getTime()).padStart(16, '0')} ${id}`;

/** @param currentUid of the session that asks. @throws RollcallError `forbidden` */
export async function listOwnSessions(
  context: ServiceContext,
  actor: Actor,
  currentUid: string,
): Promise<OwnSession[]> {
  const userId = ownerOf(actor);
  const [sessions, devices, { applications }] = await Promise.all([
    sessionsOf(context, userId, { most: MOST_SESSIONS }).then(eachOnce),
    devicesOf(context, userId),
    context.catalog.current(),
  ]);
  const given = await grantsIn(context, sessions);
  const nameOf = (clientId: unknown) => applications.get(clientId as string)?.name;
  const namesOf = (clientIds: readonly unknown[]) =>
    [...new Set(clientIds.map(nameOf).filter((name) => name !== undefined))].sort((a, b) => a.localeCompare(b));
  const browsers = sessions.map(({ uid, payload }): OwnSession => {
    const { loginTs, seenAt, from } = payload as { loginTs?: number; seenAt?: number; from?: Record<string, unknown> };
    return {
      id: idOf('browser', uid),
      kind: 'browser',
      current: uid === currentUid,
      signedInAt: moment(loginTs) ?? new Date(0),
      seenAt: moment(seenAt),
      address: text(from?.address),
      userAgent: text(from?.userAgent),
      applications: namesOf(
        given.filter((grant) => grant.sessionUid === uid).map(({ payload: { clientId } }) => clientId),
      ),
    };
  });
  const allowed = devices.map(
    ({ _id, payload }): OwnSession => ({
      id: idOf('device', _id),
      kind: 'device',
      current: false,
      signedInAt: moment(payload.iat) ?? new Date(0),
      seenAt: null,
      address: null,
      userAgent: null,
      applications: namesOf([payload.clientId]),
    }),
  );
  return [...browsers, ...allowed];
}

/** Ends one of them. @throws RollcallError `not_found`, `forbidden` */
export async function endOwnSession(context: ServiceContext, actor: Actor, id: string): Promise<void> {
  const userId = ownerOf(actor);
  const sessions = await sessionsOf(context, userId, { most: MOST_SESSIONS });
  const uid = sessions.find((one) => idOf('browser', one.uid) === id)?.uid;
  if (uid) {
    await note(context, actor, 'user.session_ended');
    await markEnded(context, sessionWith(userId, uid));
    // The session first: what is begun in it meanwhile finds it ended, and leaves no grant behind.
    await endGrants(context, { sessionUid: uid });
    return;
  }
  const device = (await devicesOf(context, userId)).find(({ _id }) => idOf('device', _id) === id);
  if (!device) throw notFound('There is no such session.');
  await note(context, actor, 'user.session_ended');
  await endGrants(context, { _id: device._id, accountId: userId });
}

/**
 * Ends all but the one that asks, devices too, and what sessions that are over have left for offline use.
 * @throws RollcallError `forbidden`
 */
export async function endOtherSessions(context: ServiceContext, actor: Actor, currentUid: string): Promise<void> {
  const userId = ownerOf(actor);
  await note(context, actor, 'user.other_sessions_ended');
  await markEnded(context, sessionsBut(userId, currentUid));
  await endGrants(context, { accountId: userId, sessionUid: { $ne: currentUid } });
}

/** Grants that no browser session holds: see `oidc/grants.ts`. */
const devicesOf = ({ models, clock }: ServiceContext, userId: string) =>
  models.oidc.Grant.find(
    { accountId: userId, sessionUid: { $exists: false }, expiresAt: { $gt: clock.now() } },
    { 'payload.clientId': 1, 'payload.iat': 1 },
  )
    .limit(MOST_DEVICES)
    .lean<Pick<OidcRecord, '_id' | 'payload'>[]>();

async function grantsIn(
  { models, clock }: ServiceContext,
  sessions: readonly StoredSession[],
): Promise<Pick<OidcRecord, 'sessionUid' | 'payload'>[]> {
  const uids = sessions.map(({ uid }) => uid);
  if (uids.length === 0) return [];
  return models.oidc.Grant.find(
    { sessionUid: { $in: uids }, expiresAt: { $gt: clock.now() } },
    { sessionUid: 1, 'payload.clientId': 1 },
  )
    .limit(MOST_GRANTS)
    .lean<Pick<OidcRecord, 'sessionUid' | 'payload'>[]>();
}

/** Before they end: what was ended and isn't in the log would be worse than the reverse. */
async function note(
  context: ServiceContext,
  actor: Actor,
  action: 'user.session_ended' | 'user.other_sessions_ended',
): Promise<void> {
  const userId = ownerOf(actor);
  await context.models.User.updateOne(
    { _id: userId },
    { $push: { pendingEvents: event(context, actor, action, userId) } },
  );
}
