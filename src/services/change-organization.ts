import { type Actor, can, SYSTEM_ORGANIZATION } from '../access/can.js';
import { conflict, forbidden, invalid, notFound, stale } from '../lib/errors.js';
import type { Organization } from '../models/index.js';
import { ADMIN_ROLE_ID } from '../models/role.js';
import { event, type ServiceContext } from './context.js';
import { findableOrganization } from './copies.js';
import { endGrantsOfOrganization } from './end-grants.js';
import { requirePermission } from './require.js';
import { defaultRoleIds, isSingle, requireMayGive, rolesBehind } from './rules-of-roles.js';
import { dropExpired, giveDefaultRole, requireReadyForSingle } from './single-mode.js';
import { vocabularyOf } from './vocabulary.js';

/** What can be changed of an organization; its id and slug never. `defaultRoles` are ids of roles that the caller has resolved. */
export type OrganizationChange = Partial<
  Pick<
    Organization,
    'name' | 'status' | 'joinPolicy' | 'joinRequests' | 'roleMode' | 'revokeOnDowngrade' | 'color' | 'metadata'
  >
> & {
  /** Null: the instance's. */
  defaultRoles?: string[] | null;
};

/** How often a change is computed anew where somebody else was faster. */
const ATTEMPTS = 5;

/**
 * Changes an organization's own properties. Only operators suspend and activate one, by which one that was deleted is back; `system` stays active, for who would let it back
 * in acts there, and nobody joins it by themselves (R14). What was given in one that is suspended is over, and doesn't come back to life
 * with it (R8).
 * @param options `revision`: only while it has this one (`If-Match`)
 * @throws RollcallError `built_in`, `role_mode` with who is in the way (R4), `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function changeOrganization(
  context: ServiceContext,
  actor: Actor,
  { _id }: Pick<Organization, '_id'>,
  { defaultRoles, ...values }: OrganizationChange,
  { revision }: { revision?: number | undefined } = {},
): Promise<Organization> {
  if (!can(actor, 'instance:organizations')) requirePermission(actor, 'settings:write', _id);
  const change = {
    ...values,
    ...(defaultRoles === undefined ? {} : { defaultRoles: defaultRoles && defaultRoleIds(defaultRoles) }),
  };
  for (let attempt = 1; ; attempt += 1) {
    const present = await context.models.Organization.findById(_id).lean();
    if (!present || present.deletion?.erasing) throw notFound();
    if (revision !== undefined && revision !== (present.revision ?? 0)) throw stale();
    const changed = await changeFrom(context, actor, present, change, revision);
    if (changed) return changed;
    if (revision !== undefined || attempt === ATTEMPTS) throw stale();
  }
}

/** @returns undefined where somebody else was faster, and what was decided here may not hold any more */
async function changeFrom(
  context: ServiceContext,
  actor: Actor,
  present: Organization,
  change: OrganizationChange,
  revision: number | undefined,
): Promise<Organization | undefined> {
  const { models, clock } = context;
  const { _id } = present;
  if (change.status !== undefined && change.status !== present.status && !can(actor, 'instance:organizations'))
    throw forbidden('Only an operator suspends or activates an organization.');
  if (present.slug === SYSTEM_ORGANIZATION && change.status === 'suspended')
    throw conflict('built_in', 'The operators’ own organization can’t be suspended.');
  const letsIn = (change.joinPolicy ?? 'invite') !== 'invite' || change.joinRequests === true;
  if (present.slug === SYSTEM_ORGANIZATION && letsIn)
    throw conflict('built_in', 'The operators’ own organization is joined by invitation alone.');
  await checkDefaultRoles(context, actor, present, change);
  const becomesSingle = change.roleMode === 'single' && !isSingle(present);
  if (becomesSingle) {
    await requireReadyForSingle(context, withDefaults(present, change));
    await dropExpired(context, present);
  }
  const { defaultRoles, ...values } = change;
  const written = {
    ...values,
    ...(defaultRoles ? { defaultRoles } : {}),
    ...(values.name === undefined ? {} : findableOrganization({ _id, name: values.name, slug: present.slug })),
  };
  const before = Object.fromEntries(
    Object.keys(change).map((name) => [name, present[name as keyof Organization] ?? null]),
  );
  // What a kill left behind when it was suspended goes before it lives again.
  if (change.status === 'active' && present.status === 'suspended') await endGrantsOfOrganization(context, _id);
  // What is given by default already its author needn't have: so that the change is made to what was looked at alone.
  const asRead = revision !== undefined || defaultRoles !== undefined;
  const updated = await models.Organization.findOneAndUpdate(
    {
      _id,
      ...(asRead ? { revision: present.revision ?? null } : {}),
      // Of one that is deleted: activated it is so no longer, and suspended only an operator gives it back.
      ...(change.status === undefined ? {} : { 'deletion.at': present.deletion?.at ?? null }),
      'deletion.erasing': { $ne: true },
    },
    {
      $set: {
        ...written,
        ...(change.status === 'suspended' && present.deletion ? { 'deletion.barred': true } : {}),
        updatedAt: clock.now(),
      },
      ...unset({ defaultRoles: defaultRoles === null, deletion: change.status === 'active' }),
      $inc: { revision: 1 },
      $push: {
        pendingEvents: event(context, actor, 'organization.changed', _id, {
          organizationId: _id,
          before,
          after: change,
        }),
      },
    },
    { returnDocument: 'after', lean: true, projection: { pendingEvents: 0 } },
  );
  if (!updated) return undefined;
  if (becomesSingle) await giveDefaultRole(context, actor, updated as Organization);
  if (change.status === 'suspended') await endGrantsOfOrganization(context, _id);
  return updated as Organization;
}

/** An update's `$unset`, where there is something to take away. */
function unset(gone: Readonly<Record<string, boolean>>): { $unset?: Record<string, 1> } {
  const names = Object.keys(gone).filter((name) => gone[name]);
  return names.length ? { $unset: Object.fromEntries(names.map((name) => [name, 1])) } : {};
}

/** As it will be. */
function withDefaults(
  { defaultRoles: present, ...organization }: Organization,
  { defaultRoles = present ?? null }: OrganizationChange,
): Organization {
  return { ...organization, ...(defaultRoles ? { defaultRoles } : {}) };
}

/** Never `admin` (R15), one in single mode (R4), and nothing that the actor couldn't give by hand. */
async function checkDefaultRoles(
  context: ServiceContext,
  actor: Actor,
  present: Organization,
  { defaultRoles, roleMode }: OrganizationChange,
): Promise<void> {
  if (defaultRoles === undefined) return;
  const [vocabulary, { defaultRoles: inherited }] = await Promise.all([
    vocabularyOf(context, present),
    context.catalog.current(),
  ]);
  const before = present.defaultRoles ?? inherited;
  requireMayGive(
    actor,
    present._id,
    vocabulary,
    (defaultRoles ?? inherited).filter((id) => !before.includes(id)),
  );
  if (defaultRoles === null) return;
  rolesBehind(vocabulary, defaultRoles);
  if (defaultRoles.includes(ADMIN_ROLE_ID)) throw invalid('admin is never given by default.');
  if ((roleMode ?? present.roleMode) === 'single' && defaultRoles.length > 1)
    throw conflict(
      'single_role_mode',
      'Each member of this organization has exactly one role, so one is given by default.',
    );
}
