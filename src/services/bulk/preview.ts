import type { Actor } from '../../access/can.js';
import { notFound, tooMany } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { type BulkItem, bulkItemId } from '../../models/bulk-item.js';
import type { BulkAction, BulkFilter, BulkOperation } from '../../models/bulk-operation.js';
import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { describeActor } from './actor.js';
import { countResults } from './counts.js';
import { Foresight } from './foresee.js';
import { requireMayAct, requireSensible } from './may-act.js';
import { type Chosen, chooseByFilter, chooseNamed } from './select.js';

export interface NewBulk {
  organizationId: string;
  /** Of a role or group that the caller has resolved in this organization. */
  action: BulkAction;
  /** Named by ids of memberships or users, or e-mail addresses; or all whom a filter describes, an empty one everybody. */
  members: { references: readonly string[] } | { filter: BulkFilter };
}

/** How long a preview can be applied, in milliseconds. */
const PREVIEW_MS = 60 * 60 * 1000;
/** Previews and running operations of an organization at once. */
const MOST_OPEN = 20;
const BATCH = 200;

/**
 * Chooses the members and says what would become of each; nothing changes until it is applied.
 * @throws RollcallError `too_many_members`, `invalid`, `single_role_mode`, `too_many_requests`, `not_found`, `forbidden`
 */
export async function previewBulk(
  context: ServiceContext,
  actor: Actor,
  { organizationId, action, members }: NewBulk,
): Promise<BulkOperation> {
  await requireMayAct(context, actor, organizationId, action);
  const organization = await context.models.Organization.findById(organizationId, { pendingEvents: 0 }).lean();
  if (!organization) throw notFound();
  await requireSensible(context, organization, action);
  await requireRoom(context, organizationId);
  const chosen = await choose(context, organization, members);
  const { models, clock } = context;
  const now = clock.now();
  const operation: BulkOperation = {
    _id: newId('blk'),
    organizationId,
    actor: describeActor(actor, organizationId),
    action,
    ...('filter' in members ? { filter: members.filter } : {}),
    status: 'preparing',
    total: chosen.length,
    counts: {},
    next: 0,
    eventId: newId('evt'),
    createdAt: now,
    expiresAt: new Date(now.getTime() + PREVIEW_MS),
  };
  await models.BulkOperation.create(operation);
  const counts = await writeItems(context, actor, { organization, operation, chosen: ownLast(actor, chosen) });
  await models.BulkOperation.updateOne(
    { _id: operation._id, status: 'preparing' },
    { $set: { status: 'previewed', counts } },
  );
  return { ...operation, status: 'previewed', counts };
}

/** Each preview is work and room: an organization has so many at once, until they are applied or have expired. */
async function requireRoom({ models, clock }: ServiceContext, organizationId: string): Promise<void> {
  const open = await models.BulkOperation.find(
    { organizationId, status: { $in: ['preparing', 'previewed', 'running'] } },
    { expiresAt: 1 },
  ).lean();
  const now = clock.now();
  if (open.filter(({ expiresAt }) => !expiresAt || expiresAt > now).length >= MOST_OPEN)
    throw tooMany('There are many bulk operations in this organization already. Cancel some that you don’t need.');
}

const choose = (context: ServiceContext, organization: Organization, members: NewBulk['members']) =>
  'filter' in members
    ? chooseByFilter(context, organization, members.filter)
    : chooseNamed(context, organization._id, members.references);

/** Who acts may be among them, and may have no right to go on once they are changed themselves. */
function ownLast(actor: Actor, chosen: readonly Chosen[]): Chosen[] {
  const own = (one: Chosen) => actor.kind === 'user' && 'userId' in one && one.userId === actor.userId;
  return [...chosen.filter((one) => !own(one)), ...chosen.filter(own)];
}

async function writeItems(
  context: ServiceContext,
  actor: Actor,
  {
    organization,
    operation,
    chosen,
  }: { organization: Organization; operation: BulkOperation; chosen: readonly Chosen[] },
): Promise<BulkOperation['counts']> {
  const foresight = new Foresight(context, actor, operation, organization.administrators);
  const counts: BulkOperation['counts'] = {};
  for (let from = 0; from < chosen.length; from += BATCH) {
    const foreseen = await foresight.of(chosen.slice(from, from + BATCH));
    const items = foreseen.map((one, index): BulkItem => {
      const sequence = from + index;
      return {
        _id: bulkItemId(operation._id, sequence),
        operationId: operation._id,
        sequence,
        done: false,
        eventId: newId('evt'),
        ...one,
      };
    });
    await context.models.BulkItem.collection.insertMany(items as never[], { ordered: false });
    countResults(counts, items);
  }
  return counts;
}
