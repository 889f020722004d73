/**
 * Pictures of users and organizations, uploaded by themselves. One is made (`make.ts`) and stored under an id that nobody guesses; then its
 * owner gets it by one conditional update, and whoever has replaced one deletes it. What a death in between leaves is nobody's, and goes with
 * the next upload of the same owner.
 */
import type { Actor } from '../../access/can.js';
import { notFound } from '../../lib/errors.js';
import { newSecret } from '../../lib/ids.js';
import { forgetReads } from '../../lib/read-once.js';
import type { PictureSize } from '../../models/picture.js';
import { event, type ServiceContext } from '../context.js';
import { copyToMemberships } from '../copies.js';
import { ownerOf } from '../owner-of.js';
import { requirePermission } from '../require.js';
import { makePicture } from './make.js';

/** How long an upload may take from storing the picture to giving it to its owner, in milliseconds; far longer than it does. */
const HALF_MADE_MS = 60 * 60 * 1000;

/**
 * Gives the actor a picture, or takes it away.
 * @param bytes of a file; null takes it away
 * @throws RollcallError those of `makePicture`; `not_found`, `forbidden`
 */
export async function setOwnPicture(context: ServiceContext, actor: Actor, bytes: Buffer | null): Promise<void> {
  const userId = ownerOf(actor);
  const { models, clock } = context;
  await replacing(context, userId, bytes, async (picture) => {
    const changed = event(context, actor, 'user.changed', userId, { after: { picture: picture !== null } });
    const before = await models.User.findOneAndUpdate(
      { _id: userId, status: 'active' },
      {
        $set: { picture, updatedAt: clock.now() },
        $inc: { revision: 1 },
        $push: { pendingEvents: changed },
      },
      { lean: true, projection: { picture: 1 } },
    );
    await copyToMemberships(context, userId);
    return before;
  });
}

/**
 * The same of an organization.
 * @throws RollcallError those of `makePicture`; `not_found`, `forbidden`
 */
export async function setOrganizationPicture(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  bytes: Buffer | null,
): Promise<void> {
  requirePermission(actor, 'settings:write', organizationId);
  const { models, clock } = context;
  await replacing(context, organizationId, bytes, (picture) => {
    const changed = event(context, actor, 'organization.changed', organizationId, {
      organizationId,
      after: { picture: picture !== null },
    });
    return models.Organization.findOneAndUpdate(
      { _id: organizationId, 'deletion.erasing': { $ne: true } },
      { $set: { picture, updatedAt: clock.now() }, $inc: { revision: 1 }, $push: { pendingEvents: changed } },
      { lean: true, projection: { picture: 1 } },
    );
  });
}

/** @param give writes the new one's id to the owner. @returns what the owner was before; null where there is none */
async function replacing(
  context: ServiceContext,
  ownerId: string,
  bytes: Buffer | null,
  give: (picture: string | null) => Promise<{ picture?: string | null } | null>,
): Promise<void> {
  const { models, clock } = context;
  const { Picture } = models;
  const made = bytes && (await makePicture(bytes));
  const id = made && newSecret();
  if (made && id) await Picture.create({ _id: id, ownerId, ...made, createdAt: clock.now() });
  const before = await give(id);
  forgetReads();
  if (!before) {
    if (id) await Picture.deleteOne({ _id: id });
    throw notFound();
  }
  if (before.picture) await Picture.deleteOne({ _id: before.picture });
  if (!id) return;
  const before1h = new Date(clock.now().getTime() - HALF_MADE_MS);
  const now = await currentOf(context, ownerId);
  await Picture.deleteMany({ ownerId, createdAt: { $lt: before1h }, _id: { $nin: [id, ...(now ? [now] : [])] } });
}

const currentOf = async ({ models }: ServiceContext, ownerId: string): Promise<string | null | undefined> => {
  const owners = [models.User, models.Organization] as const;
  const [user, organization] = await Promise.all(
    owners.map((model) => (model as typeof models.User).findById(ownerId, { picture: 1 }).lean()),
  );
  return (user ?? organization)?.picture;
};

/** What a picture's address shows; undefined where there is none. */
export async function readPicture(
  { models }: ServiceContext,
  id: string,
  size: PictureSize,
): Promise<Buffer | undefined> {
  const field = size === 96 ? 'small' : 'large';
  const found = await models.Picture.findById(id, { [field]: 1 }).lean();
  const bytes = found?.[field] as Buffer | { buffer: Uint8Array } | undefined;
  if (!bytes) return undefined;
  // As the driver reads it: bytes within an object of its own.
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer);
}

/** Deletes whatever pictures somebody has: to be called when a user or an organization is deleted for good. */
export async function deletePicturesOf({ models }: ServiceContext, ownerId: string): Promise<void> {
  await models.Picture.deleteMany({ ownerId });
}
