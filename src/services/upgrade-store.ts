import { RollcallError } from '../lib/errors.js';
import type { Models } from '../models/index.js';
import { INSTANCE_ID } from '../models/instance.js';
import type { ServiceContext } from './context.js';
import { fillCopies } from './fill-copies.js';

/**
 * What documents of earlier versions lack, in the order in which it came. Each step may run twice, and in several processes at once. One that
 * isn't through in the time that it has says false, and goes on when it is called again.
 */
const STEPS: ((context: ServiceContext, forMs: number) => Promise<boolean>)[] = [numberVocabularies, fillCopies];

/** A start waits for so long. What takes longer goes on beside the requests. */
const AT_START_MS = 2000;

/** Brings the store up to what this version expects, once; what isn't through after `forMs` is for the next call. */
export async function upgradeStore(context: ServiceContext, forMs = AT_START_MS): Promise<void> {
  const { Instance } = context.models;
  const end = performance.now() + forMs;
  const done = await stepsDone(context);
  for (const [at, step] of STEPS.entries()) {
    if (at < done) continue;
    if (!(await step(context, Math.max(0, end - performance.now())))) return;
    await Instance.updateOne({ _id: INSTANCE_ID }, { $max: { upgraded: at + 1 } });
  }
  upgraded.add(context.models);
}

const stepsDone = async ({ models }: Pick<ServiceContext, 'models'>): Promise<number> =>
  (await models.Instance.findById(INSTANCE_ID, { upgraded: 1 }).lean())?.upgraded ?? 0;

/** The stores that are known to be through: nothing undoes that. */
const upgraded = new WeakSet<Models>();

/** Whether nothing of an earlier version is left in the store, whichever process has done it. */
export async function isUpgraded({ models }: Pick<ServiceContext, 'models'>): Promise<boolean> {
  if (upgraded.has(models)) return true;
  if ((await stepsDone({ models })) < STEPS.length) return false;
  upgraded.add(models);
  return true;
}

/** For what is sorted or found by what isn't there until then. @throws RollcallError `upgrading` */
export async function requireUpgraded(context: Pick<ServiceContext, 'models'>): Promise<void> {
  if (await isUpgraded(context)) return;
  throw new RollcallError(
    'upgrading',
    503,
    'This is being made ready after an upgrade. Try again in some minutes, or list without searching, in the order in which they came.',
  );
}

/** An organization without a number has no roles or groups of its own. */
async function numberVocabularies({ models }: ServiceContext): Promise<boolean> {
  const roles = await models.Role.find({ organizationId: { $gt: '' } }, { organizationId: 1 }).lean();
  const ids = [...new Set(roles.map((role) => role.organizationId))];
  await models.Organization.updateMany(
    { _id: { $in: ids }, vocabulary: { $exists: false } },
    { $set: { vocabulary: 1 } },
  );
  return true;
}
