/**
 * What lists are sorted and searched by, in documents of versions that didn't have it: written a batch at a time, from the oldest user on. How
 * far that is stands in the store, so that it goes on where it was; several processes at once do no harm.
 */
import { INSTANCE_ID } from '../models/instance.js';
import type { ServiceContext } from './context.js';
import { COPIED, type Copied, copiesOf, findableOrganization, findableUser } from './copies.js';

const BATCH = 500;
/** Whoever changes a user or joins writes it by themselves: that isn't written over with what was read before. */
const UNFILLED = { sortName: { $exists: false } } as const;

/**
 * @param forMs after which the rest is left for another time
 * @returns whether nothing is left
 */
export async function fillCopies(context: ServiceContext, forMs: number): Promise<boolean> {
  const { models } = context;
  const end = performance.now() + forMs;
  if (!(await fillOrganizations(context, end))) return false;
  while (performance.now() < end) {
    const { filledTo = '' } = (await models.Instance.findById(INSTANCE_ID, { filledTo: 1 }).lean()) ?? {};
    const users: Copied[] = await models.User.find({ _id: { $gt: filledTo } }, COPIED)
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const last = users.at(-1);
    if (!last) return true;
    await Promise.all([
      models.User.collection.bulkWrite(
        users.map((user) => ({
          updateOne: { filter: { _id: user._id, ...UNFILLED }, update: { $set: findableUser(user) } },
        })) as never[],
        { ordered: false },
      ),
      models.Membership.collection.bulkWrite(
        users.map((user) => ({
          updateMany: { filter: { userId: user._id, ...UNFILLED }, update: { $set: copiesOf(user) } },
        })) as never[],
        { ordered: false },
      ),
    ]);
    await models.Instance.updateOne({ _id: INSTANCE_ID }, { $max: { filledTo: last._id } });
  }
  return false;
}

/** There are few beside the users: from the first on, each time. */
async function fillOrganizations({ models }: ServiceContext, end: number): Promise<boolean> {
  for (let after = ''; ; ) {
    const rows = await models.Organization.find({ _id: { $gt: after } }, { name: 1, slug: 1, sortName: 1 })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const last = rows.at(-1);
    if (!last) return true;
    const writes = rows
      .filter((row) => row.sortName === undefined)
      .map((row) => ({
        updateOne: { filter: { _id: row._id, ...UNFILLED }, update: { $set: findableOrganization(row) } },
      }));
    if (writes.length) await models.Organization.collection.bulkWrite(writes as never[], { ordered: false });
    if (performance.now() >= end) return false;
    after = last._id;
  }
}
