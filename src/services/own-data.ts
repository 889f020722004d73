/**
 * A copy of what is stored about a person, for them, as JSON: written piece by piece, so that memory holds little of it. Nothing secret is in
 * it, no hash of one, and nothing of other people: who else was concerned by what they did stays unnamed.
 */
import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import type { AuditEvent, User } from '../models/index.js';
import { picturePath } from '../models/picture.js';
import { moveEventsOf } from './audit/move-events.js';
import type { ServiceContext } from './context.js';
import { membershipsOf } from './list-members.js';
import { listOwnAccess } from './own-applications.js';
import { listOwnSessions } from './own-sessions.js';
import { ownerOf } from './owner-of.js';

/** The newest of what the person did, and of what was done to them, in one organization's log. */
const MOST_EVENTS = 1000;
const BATCH = 100;

/**
 * @param currentUid of the session that asks
 * @returns the text in pieces; who may is decided before the first of them
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function ownData(
  context: ServiceContext,
  actor: Actor,
  { issuer, currentUid }: { issuer: string; currentUid: string },
): Promise<AsyncGenerator<string>> {
  const userId = ownerOf(actor);
  const user = await context.models.User.findById(userId, { passwordHash: 0, pendingEvents: 0, words: 0 }).lean<User>();
  if (!user) throw notFound();
  await moveEventsOf(context, context.models.User, userId);
  return piecesOf(context, actor, user, { issuer, currentUid });
}

async function* piecesOf(
  context: ServiceContext,
  actor: Actor,
  user: User,
  { issuer, currentUid }: { issuer: string; currentUid: string },
): AsyncGenerator<string> {
  const [memberships, sessions, access] = await Promise.all([
    membershipsOf(context, user),
    listOwnSessions(context, actor, currentUid),
    listOwnAccess(context, actor),
  ]);
  const parts = {
    exportedAt: context.clock.now().toISOString(),
    issuer,
    profile: profileOf(user, issuer),
    memberships: memberships.data.map(membershipOf),
    sessions: sessions.map(({ id: _id, ...session }) => session),
    applications: access.map(({ application, ...given }) => ({
      clientId: application._id,
      name: application.name,
      ...given,
    })),
  };
  yield `{\n${Object.entries(parts)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value, null, 2)}`)
    .join(',\n')},\n"activity": [`;
  const organizationIds = new Set([
    context.systemOrganizationId,
    ...memberships.data.map(({ organization }) => organization._id),
    ...access.flatMap(({ organizationId }) => organizationId ?? []),
  ]);
  let separator = '\n';
  for (const organizationId of organizationIds)
    for await (const batch of eventsOf(context, organizationId, user._id)) {
      yield separator + batch.map((one) => JSON.stringify(toldTo(user._id, one))).join(',\n');
      separator = ',\n';
    }
  yield '\n]\n}\n';
}

function profileOf(user: User, issuer: string) {
  return {
    id: user._id,
    email: user.email,
    emailVerified: user.emailVerified,
    name: user.name,
    picture: user.picture ? issuer + picturePath(user.picture, 512) : null,
    claims: user.profile ?? {},
    metadata: user.metadata ?? {},
    language: user.language ?? null,
    status: user.status,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
  };
}

type Row = Awaited<ReturnType<typeof membershipsOf>>['data'][number];

/** Roles with where each comes from and until when (R3). */
const membershipOf = ({ organization, membership, held, groups }: Row) => ({
  id: membership._id,
  organization: { id: organization._id, slug: organization.slug, name: organization.name },
  status: membership.status,
  since: membership.createdAt,
  roles: held.map(({ role, direct, groups: via }) => ({
    key: role.key,
    name: role.name,
    direct: direct !== undefined,
    until: direct?.until ?? null,
    through: via.map(({ group, until }) => ({ group: group.name, until: until ?? null })),
  })),
  groups: groups.map(({ group, until }) => ({ name: group.name, until: until ?? null })),
  metadata: membership.metadata ?? {},
});

/** What they did, then what was done to them, the newest first. */
async function* eventsOf(
  { models }: ServiceContext,
  organizationId: string,
  userId: string,
): AsyncGenerator<AuditEvent[]> {
  for (const filter of [
    { organizationId, actor: userId },
    { organizationId, subject: userId },
  ]) {
    let left = MOST_EVENTS;
    for (let before: Date | undefined, seen: string[] = []; left > 0; ) {
      const batch = await models.AuditEvent.find({ ...filter, ...(before ? { time: { $lte: before } } : {}) })
        .sort({ time: -1, _id: -1 })
        .limit(BATCH + seen.length)
        .lean<AuditEvent[]>();
      const fresh = batch.filter(({ _id }) => !seen.includes(_id));
      const last = fresh.at(-1);
      if (!last) break;
      left -= fresh.length;
      before = last.time;
      seen = batch.filter(({ time }) => time.getTime() === last.time.getTime()).map(({ _id }) => _id);
      // Those of their own come with what they did.
      const shown = 'subject' in filter ? fresh.filter(({ actor }) => actor !== userId) : fresh;
      if (shown.length) yield shown;
    }
  }
}

/** Whoever else was concerned isn't named, and where others came from is theirs. */
function toldTo(userId: string, { _id, time, action, organizationId, actor, subject, ...event }: AuditEvent) {
  const own = actor === userId;
  const by = own
    ? 'you'
    : actor.startsWith('application:')
      ? 'an application'
      : actor.startsWith('usr_')
        ? 'a person'
        : actor;
  return {
    id: _id,
    time,
    action,
    organizationId,
    by,
    about: subject === userId ? 'you' : null,
    ...(own ? { address: event.address ?? null, userAgent: event.userAgent ?? null } : {}),
  };
}
