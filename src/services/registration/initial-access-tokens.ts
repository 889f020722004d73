import { newSecret } from '../../lib/ids.js';
import { hashSecret } from '../../lib/secrets.js';
import type { ServiceContext } from '../context.js';

/**
 * Makes a token that lets its bearer register applications. It is shown this once; the store has its hash.
 * @param lifetime seconds
 * @param uses how many applications it registers; null: any number
 */
export async function createInitialAccessToken(
  { models, clock }: ServiceContext,
  { lifetime, uses }: { lifetime: number; uses: number | null },
): Promise<{ token: string; expiresAt: Date }> {
  const token = newSecret();
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + lifetime * 1000);
  await models.InitialAccessToken.create({ _id: hashSecret(token), usesLeft: uses, expiresAt, createdAt: now });
  return { token, expiresAt };
}

/** Whether a token would register an application now. */
export async function isInitialAccessToken({ models, clock }: ServiceContext, token: string): Promise<boolean> {
  const found = await models.InitialAccessToken.findById(hashSecret(token)).lean();
  return found !== null && found.expiresAt > clock.now() && found.usesLeft !== 0;
}

/** Uses a token, by one conditional update. @returns false where it has ended, or others have used it up meanwhile */
export async function useInitialAccessToken({ models, clock }: ServiceContext, token: string): Promise<boolean> {
  const live = { _id: hashSecret(token), expiresAt: { $gt: clock.now() } };
  if (await models.InitialAccessToken.exists({ ...live, usesLeft: null })) return true;
  const used = await models.InitialAccessToken.updateOne({ ...live, usesLeft: { $gt: 0 } }, { $inc: { usesLeft: -1 } });
  return used.modifiedCount === 1;
}
