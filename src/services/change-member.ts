import type { Actor } from '../access/can.js';
import type { MembershipStatus } from '../models/membership.js';
import type { MemberKey } from './administrators.js';
import { changeMemberDetails, type MemberDetails } from './change-member-details.js';
import { setMemberStatus } from './change-member-status.js';
import type { ChangeOptions } from './change-membership.js';
import type { ServiceContext } from './context.js';

/** What can be changed of a membership besides its roles and groups. */
export interface MemberValues extends MemberDetails {
  status?: MembershipStatus | undefined;
}

/**
 * The status first, which alone a rule can refuse: then nothing has changed.
 * @throws RollcallError `last_administrator`, `too_many_administrators`, `invalid`, `stale`, `not_found`, `forbidden`
 */
export async function changeMember(
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  { status, ...details }: MemberValues,
  options: ChangeOptions = {},
): Promise<void> {
  const moved = status !== undefined && (await setMemberStatus(context, actor, { ...key, status }, options));
  if (details.defaultRole === undefined && details.metadata === undefined) return;
  // Its own change of the status has raised the revision.
  const { revision, ...rest } = options;
  await changeMemberDetails(context, actor, { ...key, ...details }, moved ? rest : options);
}
