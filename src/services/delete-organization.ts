/** Deleting an organization: at once nothing is given in it any more (R8), and for two weeks its administrators take that back. */
import { type Actor, can, SYSTEM_ORGANIZATION } from '../access/can.js';
import { conflict, notFound, stale } from '../lib/errors.js';
import type { Organization } from '../models/index.js';
import { event, type ServiceContext } from './context.js';
import { deletionNow } from './delete-account.js';
import { endGrantsOfOrganization } from './end-grants.js';
import { requirePermission } from './require.js';

/** How often a deletion begins again because somebody suspended or activated the organization meanwhile. */
const ATTEMPTS = 5;

/**
 * Its name and members are kept, and its slug is nobody else's, until it is erased.
 * @param options `revision`: only while it has this one (`If-Match`)
 * @throws RollcallError `built_in` of the operators' own, `stale`, `not_found`, `forbidden`
 */
export async function deleteOrganization(
  context: ServiceContext,
  actor: Actor,
  { _id }: Pick<Organization, '_id'>,
  { revision }: { revision?: number | undefined } = {},
): Promise<void> {
  if (!can(actor, 'instance:organizations')) requirePermission(actor, 'administrators:write', _id);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const present = await context.models.Organization.findById(_id).lean<Organization>();
    if (!present) throw notFound();
    if (revision !== undefined && revision !== (present.revision ?? 0)) throw stale();
    if (present.slug === SYSTEM_ORGANIZATION)
      throw conflict('built_in', 'The operators’ own organization can’t be deleted.');
    // Whoever deletes it once more ends what a death may have left.
    if (present.deletion || (await markDeleted(context, actor, present, revision)))
      return endGrantsOfOrganization(context, _id);
    if (revision !== undefined) throw stale();
  }
  throw stale();
}

/** @returns false where somebody else has changed its status meanwhile */
async function markDeleted(
  context: ServiceContext,
  actor: Actor,
  { _id, status, name }: Organization,
  revision: number | undefined,
): Promise<boolean> {
  const deletion = { ...deletionNow(context), ...(status === 'suspended' ? { barred: true } : {}) };
  const deleted = event(context, actor, 'organization.deleted', _id, { organizationId: _id, before: { name } });
  const { matchedCount } = await context.models.Organization.updateOne(
    { _id, status, deletion: { $exists: false }, ...(revision === undefined ? {} : { revision: revision || null }) },
    {
      $set: { status: 'suspended', deletion, updatedAt: context.clock.now() },
      $inc: { revision: 1 },
      $push: { pendingEvents: deleted },
    },
  );
  return matchedCount === 1;
}

/** Whether this person gets a deleted organization back: as its administrator, unless an operator had suspended it. */
export const mayRestore = (
  { clock }: ServiceContext,
  { deletion, administrators }: Pick<Organization, 'deletion' | 'administrators'>,
  userId: string,
): boolean =>
  !!deletion &&
  !deletion.barred &&
  !deletion.erasing &&
  deletion.eraseAt > clock.now() &&
  administrators.includes(userId);

/**
 * An administrator takes the deletion back. Operators activate the organization (`changeOrganization`).
 * @throws RollcallError `not_found` to whoever isn't one, and where it isn't deleted, was suspended or is being erased
 */
export async function restoreOrganization(context: ServiceContext, actor: Actor, organizationId: string) {
  const { models, clock } = context;
  if (actor.kind !== 'user') throw notFound();
  const { userId } = actor;
  const [person, member] = await Promise.all([
    models.User.exists({ _id: userId, status: 'active' }),
    models.Membership.exists({ organizationId, userId, status: 'active' }),
  ]);
  const present = await models.Organization.findById(organizationId).lean<Organization>();
  if (!person || !member || !present || !mayRestore(context, present, userId)) throw notFound();
  // What a kill left behind when it was deleted goes before it lives again.
  await endGrantsOfOrganization(context, organizationId);
  const restored = event(context, actor, 'organization.restored', organizationId, { organizationId });
  const { matchedCount } = await models.Organization.updateOne(
    {
      _id: organizationId,
      administrators: userId,
      'deletion.eraseAt': { $gt: clock.now() },
      'deletion.barred': { $ne: true },
      'deletion.erasing': { $ne: true },
    },
    {
      $set: { status: 'active', updatedAt: clock.now() },
      $unset: { deletion: 1 },
      $inc: { revision: 1 },
      $push: { pendingEvents: restored },
    },
  );
  if (matchedCount !== 1) throw notFound();
}
