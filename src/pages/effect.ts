/** When a change is seen (R6): said before it is made. */
import type { Organization } from '../models/index.js';
import { longestTokenTtl } from '../services/signing-keys/lifetimes.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';

/** How long a token that is out may carry what it was issued with, in whole minutes. */
export const tokenMinutes = async ({ services }: PageDeps): Promise<number> =>
  Math.ceil(longestTokenTtl(await services.catalog.current()) / 60);

/** When what is given counts. */
export const whenGiven = async (deps: PageDeps): Promise<Message> =>
  message('counts-from-next-token', { minutes: await tokenMinutes(deps) });

/** When what is taken counts no more. */
export async function whenTaken(
  deps: PageDeps,
  organization: Pick<Organization, 'revokeOnDowngrade'>,
): Promise<Message> {
  if (organization.revokeOnDowngrade) return message('counts-at-once');
  return message('takes-effect', { minutes: await tokenMinutes(deps) });
}
