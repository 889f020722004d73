import { INSTANCE_ID } from '../models/instance.js';
import type { ServiceContext } from './context.js';

/** What documents of earlier versions lack, in the order in which it came. Each step may run twice, and in several processes at once. */
const STEPS: ((context: ServiceContext) => Promise<void>)[] = [numberVocabularies];

/** Brings the store up to what this version expects, once. */
export async function upgradeStore(context: ServiceContext): Promise<void> {
  const { models } = context;
  const { upgraded = 0 } = (await models.Instance.findById(INSTANCE_ID, { upgraded: 1 }).lean()) ?? {};
  for (const step of STEPS.slice(upgraded)) await step(context);
  if (upgraded < STEPS.length)
    await models.Instance.updateOne({ _id: INSTANCE_ID }, { $set: { upgraded: STEPS.length } });
}

/** An organization without a number has no roles or groups of its own. */
async function numberVocabularies({ models }: ServiceContext): Promise<void> {
  const roles = await models.Role.find({ organizationId: { $gt: '' } }, { organizationId: 1 }).lean();
  const ids = [...new Set(roles.map((role) => role.organizationId))];
  await models.Organization.updateMany(
    { _id: { $in: ids }, vocabulary: { $exists: false } },
    { $set: { vocabulary: 1 } },
  );
}
