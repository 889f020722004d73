/**
 * Who was given roles, gathered: one document of a queue for each person and hour, due when the hour is over. It is written when the events
 * of the changes are moved to the log, by which every way of giving one passes; a change whose process died is noted by whoever moves its
 * event. Noting the same again changes nothing.
 */
import type { AnyBulkWriteOperation } from 'mongodb';
import { isDuplicateKey } from '../../lib/errors.js';
import { digest } from '../../lib/ids.js';
import type { PendingEvent } from '../../models/event.js';
import type { ServiceContext } from '../context.js';

/** The queue's name in the store. */
export const ROLES_GIVEN_QUEUE = 'roles-given';

/** Of one person and hour. */
export interface RolesNote {
  id: string;
  userId: string;
  /** What was given: the ids of an organization and of a role or group there, with a space between. */
  given: string[];
}

/** A membership with events that are being moved. */
interface ChangedMember {
  createdAt?: Date;
  pendingEvents: readonly PendingEvent[];
}

const HOUR = 60 * 60 * 1000;
/** Events are moved within seconds: this long after an hour has ended, what belongs to it is there. */
const GRACE = 60_000;
const MAX_AGE = 24 * HOUR;

/** @throws where a note is being told at this very moment: the next time, this is the next hour's */
export async function noteRolesGiven(context: ServiceContext, changed: readonly ChangedMember[]): Promise<void> {
  const notes = new Map<string, { userId: string; hourEnds: number; given: string[] }>();
  const now = context.clock.now().getTime();
  for (const member of changed)
    for (const event of member.pendingEvents) {
      const ids = givenIn(event);
      const { subject: userId, organizationId } = event;
      if (!ids.length || !userId || !organizationId || (await isPartOfJoining(context, event, member))) continue;
      const hourEnds = hourOf(event.time.getTime(), now);
      const id = digest(ROLES_GIVEN_QUEUE, userId, String(hourEnds));
      const note = notes.get(id) ?? { userId, hourEnds, given: [] };
      notes.set(id, note);
      note.given.push(...ids.map((one) => `${organizationId} ${one}`));
    }
  if (!notes.size) return;
  const writes = [...notes].map(([id, { userId, hourEnds, given }]) => {
    const dueAt = new Date(hourEnds + GRACE);
    return {
      updateOne: {
        // With another due time it is being told, and would be gone with what is added.
        filter: { _id: id, dueAt },
        update: {
          $setOnInsert: {
            kind: ROLES_GIVEN_QUEUE,
            target: ROLES_GIVEN_QUEUE,
            'payload.id': id,
            'payload.userId': userId,
            attempts: 0,
            expiresAt: new Date(dueAt.getTime() + MAX_AGE),
            createdAt: new Date(now),
          },
          $addToSet: { 'payload.given': { $each: given } },
        },
        upsert: true,
      },
    };
  });
  const note = () =>
    context.models.Delivery.collection.bulkWrite(writes as unknown as AnyBulkWriteOperation[], { ordered: false });
  await note().catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
    // Made by somebody else at the same moment, and added to now; or being told, and refused again.
    return note();
  });
}

/** When the hour of an event ends; of one that comes too late for its own, the present one. */
function hourOf(time: number, now: number): number {
  const end = (moment: number) => (Math.floor(moment / HOUR) + 1) * HOUR;
  return end(time) + GRACE > now ? end(time) : end(now);
}

interface Told {
  roles?: { roleId?: string }[];
  groups?: { groupId?: string }[];
  groupId?: string;
}

const idsOf = (told: unknown): string[] => {
  const { roles = [], groups = [], groupId } = (told ?? {}) as Told;
  const ids = [...roles.map((one) => one.roleId), ...groups.map((one) => one.groupId), groupId];
  return ids.filter((id): id is string => typeof id === 'string');
};

/** The events of a membership that can give something. */
const GIVING: ReadonlySet<string> = new Set([
  'member.role_given',
  'member.roles_changed',
  'member.group_added',
  'member.groups_changed',
]);

/** Ids of the roles and groups that an event gives anew; not where somebody gave them to themselves, or the operator's files and command did. */
function givenIn({ action, actor, subject, before, after }: PendingEvent): string[] {
  if (!GIVING.has(action) || actor === 'system' || actor === subject) return [];
  const had = new Set(idsOf(before));
  return idsOf(after).filter((id) => !had.has(id));
}

/** Who is let in with roles has joined: the same request has made both events. */
async function isPartOfJoining(
  { models }: ServiceContext,
  { requestId, organizationId, subject, time }: PendingEvent,
  { createdAt, pendingEvents }: ChangedMember,
): Promise<boolean> {
  if (!requestId) return false;
  const joins = ({ action, requestId: of }: Pick<PendingEvent, 'action' | 'requestId'>) =>
    action === 'member.joined' && of === requestId;
  if (pendingEvents.some(joins)) return true;
  // No request takes as long as that: the log needn't be asked.
  if (!createdAt || time.getTime() - createdAt.getTime() > GRACE) return false;
  const since = { $gte: new Date(createdAt.getTime() - GRACE) };
  const logged = await models.AuditEvent.find(
    { organizationId, subject, time: since },
    { action: 1, requestId: 1 },
  ).lean();
  return logged.some((event) => joins(event as Pick<PendingEvent, 'action' | 'requestId'>));
}
