/**
 * The organization that a person chose last in an application. A convenience: it decides nothing, and where it is lost or late they choose
 * from the whole list. Kept in the store and not in a cookie, so that it is there in a new browser too.
 */
import { isDuplicateKey } from '../lib/errors.js';
import { digest } from '../lib/ids.js';
import type { ServiceContext } from './context.js';

const KEPT_MS = 180 * 24 * 60 * 60 * 1000;

interface Key {
  userId: string;
  /** Null: this server's own pages. */
  applicationId: string | null;
}

const idOf = ({ userId, applicationId }: Key) => digest('last organization', userId, applicationId ?? '');

/** Undefined where none was chosen. */
export async function lastOrganizationOf({ models }: ServiceContext, key: Key): Promise<string | undefined> {
  return (await models.LastOrganization.findById(idOf(key), { organizationId: 1 }).lean())?.organizationId;
}

export async function rememberOrganization(
  { models, clock }: ServiceContext,
  key: Key,
  organizationId: string,
): Promise<void> {
  const expiresAt = new Date(clock.now().getTime() + KEPT_MS);
  await models.LastOrganization.updateOne(
    { _id: idOf(key) },
    { $set: { userId: key.userId, organizationId, expiresAt } },
    { upsert: true },
  ).catch((error: unknown) => {
    // Of two at the same moment, one is the last.
    if (!isDuplicateKey(error)) throw error;
  });
}

/** To be called when a user is deleted for good. */
export async function forgetLastOrganizations({ models }: ServiceContext, userId: string): Promise<void> {
  await models.LastOrganization.deleteMany({ userId });
}
