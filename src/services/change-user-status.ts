/** Disabling and enabling a user, by whoever wants it. The administrator's seats go first, under R2's guard, and come back. */
import type { Actor } from '../access/can.js';
import { notFound, RollcallError, stale } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import { forgetReads } from '../lib/read-once.js';
import type { Deletion } from '../models/deletion.js';
import type { PendingEvent } from '../models/event.js';
import type { User } from '../models/index.js';
import { removeAdministrator } from './administrators.js';
import { event, type ServiceContext } from './context.js';
import { copyToMemberships } from './copies.js';
import { endUserSessions } from './end-user-sessions.js';
import { requireMayReach } from './operators.js';
import { PRESENT } from './reads.js';
import { requirePermission } from './require.js';
import { markForReturn, takeSeatBack } from './seats.js';

/**
 * @param force where an organization would be left without an administrator: it then shows so until an operator names one (R2)
 * @param options `revision`: only while the user has this one (`If-Match`)
 * @returns whether the status has changed. Where it hadn't to, what somebody's death left undone of an enabling is done.
 * @throws RollcallError `stale`, `not_found`, `forbidden`, `too_many_administrators`; `last_administrator` where an organization would be
 * left without one; then nothing has changed.
 */
export async function setUserStatus(
  context: ServiceContext,
  actor: Actor,
  { userId, status, force = false }: { userId: string; status: 'active' | 'disabled'; force?: boolean },
  { revision }: { revision?: number | undefined } = {},
): Promise<boolean> {
  requirePermission(actor, 'instance:users');
  const user = await context.models.User.findById(userId).lean();
  if (!user || user.deletion?.erasing) throw notFound();
  if (revision !== undefined && revision !== (user.revision ?? 0)) throw stale();
  if (status === 'disabled' && user.status === 'disabled' && user.deletion) {
    await requireMayReach(context, actor, userId);
    return barReturn(context, actor, userId);
  }
  const already = user.status === status;
  if (already && (status === 'disabled' || !(await waitingSeats(context, userId)).length)) return false;
  await requireMayReach(context, actor, userId);
  if (already) await returnSeats(context, actor, userId, undefined);
  else if (status === 'disabled') await disable(context, actor, { userId, force, revision });
  else await enable(context, actor, { userId, revision });
  return !already;
}

/** They have deleted their account, and won't get it back by signing in. */
async function barReturn(context: ServiceContext, actor: Actor, userId: string): Promise<boolean> {
  const { matchedCount } = await context.models.User.updateOne(
    { _id: userId, status: 'disabled', deletion: { $exists: true }, 'deletion.barred': { $ne: true } },
    {
      $set: { 'deletion.barred': true, updatedAt: context.clock.now() },
      $inc: { revision: 1 },
      $push: { pendingEvents: event(context, actor, 'user.disabled', userId) },
    },
  );
  return matchedCount === 1;
}

/**
 * Disables the user at their own wish, until they sign in again or are erased.
 * @throws RollcallError `last_administrator` where an organization would be left without one; then nothing has changed
 */
export async function disableForDeletion(
  context: ServiceContext,
  actor: Actor,
  userId: string,
  deletion: Deletion,
): Promise<void> {
  await disable(context, actor, { userId, force: false, revision: undefined, deletion });
}

/**
 * Gives an account back to who has deleted it.
 * @returns whether it was deleted and theirs to be had back
 */
export async function undoDeletion(context: ServiceContext, actor: Actor, userId: string): Promise<boolean> {
  // What a kill left behind when they deleted it must not come back to life.
  await endUserSessions(context, userId);
  const restored = event(context, actor, 'user.restored', userId);
  if (!(await writeStatus(context, userId, returnable(context), 'active', restored))) return false;
  await returnSeats(context, actor, userId, restored.id);
  return true;
}

/** What a user is who gets their account back by signing in. */
const returnable = ({ clock }: ServiceContext) => ({
  status: 'disabled',
  'deletion.eraseAt': { $gt: clock.now() },
  'deletion.barred': { $ne: true },
  'deletion.erasing': { $ne: true },
});

interface StatusChange {
  userId: string;
  revision: number | undefined;
}

const ifUnchanged = (revision: number | undefined) => (revision === undefined ? {} : { revision: revision || null });

/** How often disabling begins again because somebody enabled the user meanwhile. */
const ATTEMPTS = 50;

/**
 * `disabling` denies at once; the seats follow, and where one can't be given up, all are given back. Its attempt has an id, which whoever
 * disables at the same moment, or after a death, takes part in: it ends once, as disabled, as active again, or by an enabling, and only from
 * who took part in it. Who disables by force takes it over, and who comes later is part of that, so that no refusal undoes it. As nobody was
 * active in between, a seat that somebody gave meanwhile has been seen by one of the two.
 */
async function disable(
  context: ServiceContext,
  actor: Actor,
  { userId, force: wanted, revision, deletion }: StatusChange & { force: boolean; deletion?: Deletion },
): Promise<void> {
  for (let round = 0; round < ATTEMPTS; round += 1) {
    const attempt = await beginDisabling(context, userId, { force: wanted, revision, deletion });
    if (!attempt) return whereDisabled(context, actor, userId, deletion);
    const { only, eventId, force } = attempt;
    try {
      await giveUpSeats(context, actor, userId, { force, parent: eventId });
    } catch (error) {
      await writeStatus(context, userId, only, 'active');
      await returnSeats(context, actor, userId, eventId);
      throw error;
    }
    const happened = deletion ? 'user.deleted' : 'user.disabled';
    const told = event(context, actor, happened, userId, force ? { after: { forced: true } } : {});
    if (await writeStatus(context, userId, only, 'disabled', { ...told, id: eventId }, { deletion })) {
      await endUserSessions(context, userId);
      return;
    }
    // What was taken after they were enabled is theirs again.
    await returnSeats(context, actor, userId, eventId);
    if (await context.models.User.exists({ _id: userId, status: 'disabled' }))
      return whereDisabled(context, actor, userId, deletion);
    // Enabled since they were read.
    if (revision !== undefined) throw stale();
  }
  throw new RollcallError('busy', 503, 'Somebody else is changing this user all the time. Try again in a moment.');
}

/** Somebody else was faster. Of an operator and whoever wants to go each is heard: nobody but an operator gives the account back. */
async function whereDisabled(
  context: ServiceContext,
  actor: Actor,
  userId: string,
  deletion: Deletion | undefined,
): Promise<void> {
  if (deletion) await keepDeletion(context, actor, userId, deletion);
  else await barReturn(context, actor, userId);
}

/** An operator has disabled whoever wanted to go. */
async function keepDeletion(context: ServiceContext, actor: Actor, userId: string, deletion: Deletion): Promise<void> {
  await context.models.User.updateOne(
    { _id: userId, status: 'disabled', deletion: { $exists: false } },
    {
      $set: { deletion: { ...deletion, barred: true }, updatedAt: context.clock.now() },
      $inc: { revision: 1 },
      $push: { pendingEvents: event(context, actor, 'user.deleted', userId) },
    },
  );
}

/** An attempt as who takes part in it goes on. */
interface Disabling {
  /** What the user is while it is under way. */
  only: object;
  eventId: string;
  force: boolean;
}

/** @returns the attempt that begins or is under way; undefined where they are disabled */
async function beginDisabling(
  context: ServiceContext,
  userId: string,
  { force, revision, deletion }: { force: boolean; revision: number | undefined; deletion: Deletion | undefined },
): Promise<Disabling | undefined> {
  const own = { attempt: newId('evt'), force, ...(deletion ? { deletion } : {}) };
  const underWay = (attempt: string | null) => ({ status: 'disabling', 'disabling.attempt': attempt });
  const ours = { only: underWay(own.attempt), eventId: own.attempt, force };
  for (let round = 0; round < ATTEMPTS; round += 1) {
    const begun = { status: 'active', ...ifUnchanged(revision) };
    if (await writeStatus(context, userId, begun, 'disabling', undefined, { disabling: own })) return ours;
    const now = await context.models.User.findById(userId, { status: 1, disabling: 1, revision: 1 }).lean();
    if (!now) throw notFound();
    if (revision !== undefined && revision !== (now.revision ?? 0)) throw stale();
    if (now.status === 'disabled') return undefined;
    if (now.status === 'active') continue;
    const { attempt = null, force: forced = false } = now.disabling ?? {};
    if (!force || forced) return { only: underWay(attempt), eventId: attempt ?? own.attempt, force: forced };
    const taken = { ...underWay(attempt), ...ifUnchanged(revision) };
    if (await writeStatus(context, userId, taken, 'disabling', undefined, { disabling: own })) return ours;
  }
  throw new RollcallError('busy', 503, 'Somebody else is changing this user all the time. Try again in a moment.');
}

async function enable(context: ServiceContext, actor: Actor, { userId, revision }: StatusChange): Promise<void> {
  // What a kill left behind when they were disabled must not come back to life.
  await endUserSessions(context, userId);
  const enabled = event(context, actor, 'user.enabled', userId);
  const only = { status: { $ne: 'active' }, 'deletion.erasing': { $ne: true }, ...ifUnchanged(revision) };
  const written = await writeStatus(context, userId, only, 'active', enabled);
  if (!written && revision !== undefined) throw stale();
  await returnSeats(context, actor, userId, enabled.id);
}

/** @returns whether the user was as `only` says, and so it is written */
async function writeStatus(
  context: ServiceContext,
  userId: string,
  only: object,
  status: User['status'],
  happening?: PendingEvent,
  { disabling, deletion }: Pick<User, 'disabling' | 'deletion'> = {},
): Promise<boolean> {
  const { models, clock } = context;
  const { matchedCount } = await models.User.updateOne(
    { _id: userId, ...only },
    {
      $set: {
        status,
        updatedAt: clock.now(),
        ...(disabling ? { disabling } : {}),
        ...(deletion ? { deletion } : {}),
      },
      $unset: { ...(disabling ? {} : { disabling: 1 }), ...(deletion ? {} : { deletion: 1 }) },
      $inc: { revision: 1 },
      ...(happening ? { $push: { pendingEvents: happening } } : {}),
    },
  );
  if (matchedCount !== 1) return false;
  await copyToMemberships(context, userId);
  forgetReads();
  return true;
}

async function giveUpSeats(
  context: ServiceContext,
  actor: Actor,
  userId: string,
  options: { force: boolean; parent: string },
): Promise<void> {
  for (const { organizationId } of await context.models.Membership.find({ userId, ...PRESENT }).lean())
    if (await removeAdministrator(context, actor, organizationId, userId, options))
      await markForReturn(context, { organizationId, userId });
}

/** Of an active user's memberships those where they were administrator when they were disabled or suspended. */
const waitingSeats = ({ models }: ServiceContext, userId: string) =>
  models.Membership.find({ userId, status: 'active', wasAdministrator: true }, { organizationId: 1 }).lean();

/**
 * Of an active user; done again it changes nothing.
 * @throws RollcallError `too_many_administrators` where there is no room, once the others have theirs
 */
export async function returnSeats(
  context: ServiceContext,
  actor: Actor,
  userId: string,
  parent: string | undefined,
): Promise<void> {
  let full: RollcallError | undefined;
  for (const { organizationId } of await waitingSeats(context, userId))
    await takeSeatBack(context, actor, { organizationId, userId }, parent).catch((error: unknown) => {
      if (!(error instanceof RollcallError && error.code === 'too_many_administrators')) throw error;
      full ??= error;
    });
  if (full) throw full;
}
