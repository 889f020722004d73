/** What is gone and still named somewhere: assignments of deleted roles and memberships of deleted groups are rewritten, a batch at a time. */
import type { Model } from 'mongoose';
import { liveRole } from '../access/effective-roles.js';
import { isDuplicateKey, RollcallError } from '../lib/errors.js';
import type { Role } from '../models/index.js';
import type { Assignment } from '../models/membership.js';
import { MEMBER_ROLE_ID } from '../models/role.js';
import { leaving } from './change-member-group.js';
import { changeMembership, type MemberChange, type MemberState } from './change-membership.js';
import { releaseName } from './claim-name.js';
import { event, type ServiceContext, SYSTEM } from './context.js';
import { endTokensOfGroup, endTokensOfRole } from './end-lost-roles.js';
import { PRESENT } from './reads.js';
import { named } from './set-member-roles.js';
import { changingVocabulary } from './vocabulary.js';

const BATCH = 200;
const MINUTE = 60_000;
/** Markers stay for as long as a writer that began before could still assign what is gone. */
const MARKER_MS = 24 * 60 * MINUTE;

/** When somebody else looks after a marker, should whoever is at it die. */
export const cleanUpAfter = ({ clock }: Pick<ServiceContext, 'clock'>) => new Date(clock.now().getTime() + MINUTE);

/** Whoever looks after markers next looks after this one: for what was left, and for who assigned what is gone meanwhile. */
export async function cleanUpNext<T>({ clock }: ServiceContext, model: Model<T>, id: string): Promise<void> {
  await model.updateOne(
    { _id: id, cleanUpAt: { $exists: true } } as object,
    { $set: { cleanUpAt: clock.now() } } as object,
  );
}

/**
 * Looks after the markers whose time it is; to be called now and then, by any process. One that is young is looked at again after a minute,
 * for who assigned it meanwhile; then once more before it goes.
 */
export async function cleanUp(context: ServiceContext): Promise<void> {
  const { Role, Group } = context.models;
  await eachDue(context, Role, async ({ _id, organizationId, deleted }) => {
    // Before its key is given up, which it keeps then.
    if (await bringBackFromCircle(context, _id)) return false;
    if (organizationId === null && deleted) await releaseName(context, 'role', deleted.key, _id);
    await cleanUpRole(context, _id);
    return !(await isReplacement(context, _id)) && deleted?.at;
  });
  await eachDue(context, Group, async ({ _id, deletedAt }) => {
    await cleanUpGroup(context, _id);
    return deletedAt;
  });
}

/** @param clean gives back since when it is gone, where nothing needs the marker but its age */
async function eachDue<T extends { _id: string; cleanUpAt?: Date }>(
  context: ServiceContext,
  model: Model<T>,
  clean: (marker: T) => Promise<Date | false | undefined>,
): Promise<void> {
  const now = context.clock.now();
  const due = (await model.find({ cleanUpAt: { $lte: now } } as object).lean()) as unknown as T[];
  for (const marker of due) {
    const own = { _id: marker._id, cleanUpAt: marker.cleanUpAt } as object;
    // One process takes it; should it die, another does a minute later.
    const next = { $set: { cleanUpAt: cleanUpAfter(context) } };
    if ((await model.updateOne(own, next as object)).modifiedCount !== 1) continue;
    const since = await clean(marker);
    const age = since ? now.getTime() - since.getTime() : 0;
    // Its events have moved by then; where not, it stays for another round.
    if (age >= MARKER_MS) await model.deleteOne({ _id: marker._id, 'pendingEvents.0': { $exists: false } } as object);
    else if (since && age >= MINUTE)
      await model.updateOne(
        { _id: marker._id } as object,
        { $set: { cleanUpAt: new Date(since.getTime() + MARKER_MS) } } as object,
      );
  }
}

/** A marker whose replacement is gone too is read through that one's marker. */
const isReplacement = async ({ models }: ServiceContext, roleId: string) =>
  (await models.Role.exists({ 'deleted.replacement': roleId })) !== null;

/**
 * Gives everyone who is assigned to a deleted role what replaces it.
 * @param forMs after which the rest is left to the next round
 */
export async function cleanUpRole(
  context: ServiceContext,
  roleId: string,
  forMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { models } = context;
  if (await bringBackFromCircle(context, roleId)) return;
  await endTokensOfRole(context, roleId);
  await replaceDefaults(context, roleId);
  await replaceInGroups(context, roleId);
  const end = performance.now() + forMs;
  for (;;) {
    const rows = await models.Membership.find({ 'roles.roleId': roleId, ...PRESENT }, { organizationId: 1, userId: 1 })
      .limit(BATCH)
      .lean();
    if (rows.length === 0) return;
    for (const { organizationId, userId } of rows) {
      await unlessGone(
        changeMembership(context, SYSTEM, { organizationId, userId }, (state) => replacing(state, roleId)),
      );
      if (performance.now() > end) return;
    }
  }
}

/**
 * Two roles that are deleted at once, each in favour of the other, would leave nothing to either's holders: the one that finds the circle
 * closed, before anything of it was cleaned up, is a role again, and its deletion hasn't happened.
 * @returns whether it is in a circle: then nothing is cleaned up
 */
export async function bringBackFromCircle(context: ServiceContext, roleId: string): Promise<boolean> {
  const { models, clock } = context;
  const marker = await models.Role.findById(roleId).lean();
  if (!marker?.deleted || !(await isInCircle(context, roleId))) return false;
  const { key, at, revoked } = marker.deleted;
  // Its holders lose it already: the other is the one that comes back.
  if (revoked) return true;
  const { organizationId, name } = marker;
  const back = event(context, SYSTEM, 'role.brought_back', roleId, { organizationId, after: { key, name } });
  const only = { _id: roleId, 'deleted.at': at };
  try {
    await changingVocabulary(context, organizationId, async () =>
      models.Role.updateOne(only, {
        $set: { key, updatedAt: clock.now() },
        $unset: { deleted: 1, cleanUpAt: 1 },
        $inc: { revision: 1 },
        $push: { pendingEvents: back },
      }),
    );
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Somebody has made another role with its key meanwhile: then it stays gone, and nothing replaces it.
    await changingVocabulary(context, organizationId, async () =>
      models.Role.updateOne(only, { $set: { 'deleted.replacement': null } }),
    );
    return false;
  }
}

/** Whether the replacements of a deleted role lead back to it. */
async function isInCircle({ models }: ServiceContext, roleId: string): Promise<boolean> {
  const seen = new Set<string>();
  for (let id: string | null | undefined = roleId; id && !seen.has(id); ) {
    seen.add(id);
    const role: Role | null = await models.Role.findById(id, { deleted: 1 }).lean();
    id = role?.deleted?.replacement;
    if (id === roleId) return true;
  }
  return false;
}

/** The assignment goes to the replacement, unless that is held already without an end before its own. */
function replacing({ membership, vocabulary }: MemberState, roleId: string): MemberChange | undefined {
  const held = membership.roles.find((one) => one.roleId === roleId);
  if (!held) return undefined;
  const replacement = liveRole(roleId, vocabulary.role);
  const kept: Assignment[] = membership.roles.flatMap((one): Assignment[] => {
    if (one.roleId !== roleId) return [one];
    return replacement ? [{ ...one, roleId: replacement._id }] : [];
  });
  const longest = new Map<string, Assignment>();
  for (const one of kept) {
    const present = longest.get(one.roleId);
    const longer = !present || (present.until && (!one.until || one.until > present.until));
    if (longer) longest.set(one.roleId, one);
  }
  const defaultRole = membership.defaultRole === roleId ? replacement?._id : undefined;
  return {
    action: replacement ? 'member.role_replaced' : 'member.role_taken',
    set: { roles: [...longest.values()], ...(defaultRole ? { defaultRole } : {}) },
    touched: [roleId, ...(replacement ? [replacement._id] : [])],
    before: { roles: [{ role: vocabulary.role(roleId)?.deleted?.key ?? roleId, roleId }] },
    ...(replacement ? { after: { roles: named(vocabulary, [{ roleId: replacement._id }]) } } : {}),
  };
}

async function replacementOf({ models }: ServiceContext, roleId: string): Promise<Role | undefined> {
  const known = new Map<string, Role>();
  for (let id: string | null | undefined = roleId; id && !known.has(id); ) {
    const role: Role | null = await models.Role.findById(id).lean();
    if (!role) break;
    known.set(id, role);
    id = role.deleted?.replacement;
  }
  return liveRole(roleId, (id) => known.get(id));
}

/** What a list of roles becomes, and how an event tells it. */
async function replacingIn(context: ServiceContext, roleId: string) {
  const [role, replacement] = await Promise.all([
    context.models.Role.findById(roleId).lean(),
    replacementOf(context, roleId),
  ]);
  return {
    list: (ids: readonly string[]) => [
      ...new Set(ids.flatMap((id) => (id === roleId ? (replacement?._id ?? []) : id))),
    ],
    tell: { before: { role: role?.deleted?.key ?? roleId, roleId }, after: { role: replacement?.key ?? null } },
  };
}

async function replaceInGroups(context: ServiceContext, roleId: string): Promise<void> {
  const { models, clock } = context;
  const { list, tell } = await replacingIn(context, roleId);
  for (const { _id, organizationId, roles, revision } of await models.Group.find({ roles: roleId }).lean()) {
    const changed = event(context, SYSTEM, 'group.role_replaced', _id, { organizationId, ...tell });
    await changingVocabulary(context, organizationId, async () =>
      models.Group.updateOne(
        { _id, roles: roleId, revision: revision ?? null },
        {
          $set: { roles: list(roles), updatedAt: clock.now() },
          $inc: { revision: 1 },
          $push: { pendingEvents: changed },
        },
      ),
    );
  }
}

async function replaceDefaults(context: ServiceContext, roleId: string): Promise<void> {
  const { models } = context;
  const { list, tell } = await replacingIn(context, roleId);
  for (const { _id, defaultRoles = [] } of await models.Organization.find({ defaultRoles: roleId }).lean()) {
    const left = list(defaultRoles);
    const changed = event(context, SYSTEM, 'organization.default_role_replaced', _id, { organizationId: _id, ...tell });
    await models.Organization.updateOne(
      { _id, defaultRoles },
      {
        ...(left.length ? { $set: { defaultRoles: left } } : { $unset: { defaultRoles: 1 } }),
        $inc: { revision: 1 },
        $push: { pendingEvents: changed },
      },
    );
  }
  const instance = await models.Instance.findOne({ defaultRoles: roleId }).lean();
  if (!instance) return;
  const left = list(instance.defaultRoles);
  const changed = event(context, SYSTEM, 'instance.default_role_replaced', 'instance', tell);
  await models.Instance.updateOne(
    { _id: instance._id, defaultRoles: instance.defaultRoles },
    {
      $set: { defaultRoles: left.length ? left : [MEMBER_ROLE_ID] },
      // The version, by which every process sees that its catalog is of before, in the same write.
      $inc: { revision: 1, version: 1 },
      $push: { pendingEvents: changed },
    },
  );
}

/** Who was removed meanwhile needs nothing. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof RollcallError && error.code === 'not_found')) throw error;
  });
}

/** Takes everyone out of a deleted group. @param forMs as of `cleanUpRole` */
export async function cleanUpGroup(
  context: ServiceContext,
  groupId: string,
  forMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { models } = context;
  await endTokensOfDeletedGroup(context, groupId);
  const end = performance.now() + forMs;
  for (;;) {
    const rows = await models.Membership.find(
      { 'groups.groupId': groupId, ...PRESENT },
      { organizationId: 1, userId: 1 },
    )
      .limit(BATCH)
      .lean();
    if (rows.length === 0) return;
    for (const { organizationId, userId } of rows) {
      await unlessGone(
        changeMembership(context, SYSTEM, { organizationId, userId }, (state) => leaving(state, groupId)),
      );
      if (performance.now() > end) return;
    }
  }
}

/** Before anybody is taken out of it: afterwards nobody knows who was in it. Once, for what came since is not what it gave. */
async function endTokensOfDeletedGroup(context: ServiceContext, groupId: string): Promise<void> {
  const { Group } = context.models;
  const group = await Group.findOne({ _id: groupId, deletedAt: { $exists: true }, revoked: { $ne: true } }).lean();
  if (!group) return;
  await endTokensOfGroup(context, group);
  await Group.updateOne({ _id: groupId }, { $set: { revoked: true } });
}
