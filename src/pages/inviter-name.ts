import type { Invitation } from '../models/index.js';
import type { PageDeps } from './deps.js';

/** Who has invited, by name; null where that is no person, or they are gone. */
export async function inviterName(
  { services }: PageDeps,
  { invitedBy }: Pick<Invitation, 'invitedBy'>,
): Promise<string | null> {
  if (!invitedBy.startsWith('usr_')) return null;
  const user = await services.reads.user(invitedBy);
  return user?.status === 'active' ? user.name : null;
}
