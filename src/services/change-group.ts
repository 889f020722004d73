/** Groups: named sets of memberships that carry roles (R3). */
import type { Actor } from '../access/can.js';
import { conflict, invalid, isDuplicateKey, notFound, stale } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { Group } from '../models/index.js';
import { cleanUpAfter, cleanUpGroup, cleanUpNext } from './clean-up-roles.js';
import { event, type ServiceContext } from './context.js';
import { CLEAN_UP_MS } from './delete-role.js';
import { endTokensOfGroup } from './end-lost-roles.js';
import { requirePermission } from './require.js';
import { isSingle, requireMayGive, rolesBehind, singleMode } from './rules-of-roles.js';
import { changingVocabulary, type OrganizationVocabulary, vocabularyOf } from './vocabulary.js';

/** Groups that an organization can have. */
export const MOST_GROUPS = 1000;
const MOST_CHARACTERS = 200;

export interface NewGroup {
  name: string;
  description?: string | undefined;
  /** Ids of roles that the caller has resolved. */
  roles?: readonly string[] | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface GroupOptions {
  /** Only while the group has this revision (`If-Match`). */
  revision?: number | undefined;
}

/** A name as it is compared: names that look alike are one. */
export const nameKey = (name: string) => name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();

const taken = (name: string) => conflict('group_taken', `There is a group ${name} already.`);

/** @throws RollcallError `group_taken`, `too_many_groups`, `single_role_mode`, `invalid`, `not_found`, `forbidden` */
export async function createGroup(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  input: NewGroup,
): Promise<Group> {
  const { models, clock } = context;
  requirePermission(actor, 'groups:write', organizationId);
  const name = checkedName(input.name);
  const roles = await checkedRoles(context, actor, organizationId, input.roles ?? [], []);
  if ((await models.Group.countDocuments({ organizationId, deletedAt: { $exists: false } })) >= MOST_GROUPS)
    throw conflict('too_many_groups', `An organization can have ${MOST_GROUPS} groups.`);
  const now = clock.now();
  const group: Group = {
    _id: newId('grp'),
    organizationId,
    name,
    nameKey: nameKey(name),
    ...(input.description === undefined ? {} : { description: input.description }),
    roles: roles.ids,
    ...(input.metadata ? { metadata: input.metadata } : {}),
    createdAt: now,
    updatedAt: now,
  };
  const created = event(context, actor, 'group.created', group._id, {
    organizationId,
    after: { name, roles: roles.named(roles.ids) },
  });
  await changingVocabulary(context, organizationId, async () => {
    await models.Group.create({ ...group, pendingEvents: [created] }).catch((error: unknown) => {
      throw isDuplicateKey(error) ? taken(name) : error;
    });
  });
  return group;
}

/** @throws RollcallError `group_taken`, `single_role_mode`, `invalid`, `stale`, `not_found`, `forbidden` */
export async function changeGroup(
  context: ServiceContext,
  actor: Actor,
  group: Group,
  change: Partial<NewGroup>,
  { revision }: GroupOptions = {},
): Promise<Group> {
  const { _id, organizationId } = group;
  requirePermission(actor, 'groups:write', organizationId);
  const name = change.name === undefined ? undefined : checkedName(change.name);
  const roles = change.roles && (await checkedRoles(context, actor, organizationId, change.roles, group.roles));
  const values = {
    ...(name === undefined ? {} : { name }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(roles ? { roles: roles.ids } : {}),
    ...(change.metadata ? { metadata: change.metadata } : {}),
  };
  const shown = (one: Partial<Group>) =>
    Object.fromEntries(
      Object.keys(values).map((key) => [
        key,
        key === 'roles' && roles ? roles.named(one.roles ?? []) : (one[key as keyof Group] ?? null),
      ]),
    );
  const changed = event(context, actor, 'group.changed', _id, {
    organizationId,
    before: shown(group),
    after: { name: group.name, ...shown(values) },
  });
  const written = await write(context, group, revision, {
    $set: { ...values, ...(name === undefined ? {} : { nameKey: nameKey(name) }) },
    $push: { pendingEvents: changed },
  }).catch((error: unknown) => {
    throw isDuplicateKey(error) ? taken(name ?? '') : error;
  });
  if (roles && group.roles.some((id) => !roles.ids.includes(id))) await endTokensOfGroup(context, group);
  return written;
}

/** Who was in it holds what it carried no longer, at once. @throws RollcallError `stale`, `not_found`, `forbidden` */
export async function deleteGroup(
  context: ServiceContext,
  actor: Actor,
  group: Group,
  { revision }: GroupOptions = {},
): Promise<void> {
  const { _id, organizationId, name } = group;
  requirePermission(actor, 'groups:write', organizationId);
  await checkedRoles(context, actor, organizationId, [], group.roles);
  const deleted = event(context, actor, 'group.deleted', _id, { organizationId, before: { name } });
  await write(context, group, revision, {
    // It is cleaned up here; should this process die, another does it then.
    $set: { deletedAt: context.clock.now(), cleanUpAt: cleanUpAfter(context), nameKey: _id },
    $unset: { description: 1, metadata: 1 },
    $push: { pendingEvents: deleted },
  });
  await cleanUpGroup(context, _id, CLEAN_UP_MS);
  await cleanUpNext(context, context.models.Group, _id);
}

async function write(
  context: ServiceContext,
  { _id, organizationId, revision: read }: Group,
  revision: number | undefined,
  update: { $set: object; $unset?: object; $push: object },
): Promise<Group> {
  return changingVocabulary(context, organizationId, async () => {
    const { models, clock } = context;
    // Roles are written as a whole: not over what somebody else has written since they were read.
    const expected = revision ?? read;
    const written = await models.Group.findOneAndUpdate(
      { _id, deletedAt: { $exists: false }, revision: expected || null },
      { ...update, $set: { ...update.$set, updatedAt: clock.now() }, $inc: { revision: 1 } },
      { returnDocument: 'after', lean: true },
    );
    if (written) return written as Group;
    throw (await models.Group.exists({ _id, deletedAt: { $exists: false } })) ? stale() : notFound();
  });
}

function checkedName(name: string): string {
  const trimmed = name.normalize('NFC').trim();
  if (!trimmed || [...trimmed].length > MOST_CHARACTERS)
    throw invalid(`A group’s name has 1 to ${MOST_CHARACTERS} characters.`);
  return trimmed;
}

/** R4 and R15 for what a group carries: who adds or takes a role there gives it to, or takes it from, everyone in it. */
async function checkedRoles(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  wanted: readonly string[],
  present: readonly string[],
): Promise<{ ids: string[]; named: (ids: readonly string[]) => string[] }> {
  const organization = await context.models.Organization.findById(organizationId).lean();
  if (!organization) throw notFound();
  const vocabulary: OrganizationVocabulary = await vocabularyOf(context, organization);
  const ids = [...new Set(wanted)];
  if (isSingle(organization) && ids.length > 0)
    throw singleMode('Where each member has exactly one role, groups carry none.');
  rolesBehind(
    vocabulary,
    ids.filter((id) => !present.includes(id)),
  );
  const differing = [...ids.filter((id) => !present.includes(id)), ...present.filter((id) => !ids.includes(id))];
  requireMayGive(actor, organizationId, vocabulary, differing);
  return { ids, named: (list) => list.map((id) => vocabulary.role(id)?.key ?? id) };
}
