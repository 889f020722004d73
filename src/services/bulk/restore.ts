import type { BulkBefore } from '../../models/bulk-item.js';
import type { BulkAction } from '../../models/bulk-operation.js';
import type { BulkItem } from '../../models/index.js';
import { ADMIN_ROLE_ID } from '../../models/role.js';
import type { MemberState } from '../change-membership.js';
import type { ServiceContext } from '../context.js';
import { isSingle } from '../rules-of-roles.js';
import { ACTIONS } from './actions.js';
import { CHANGED_SINCE, type Refusal } from './refusals.js';

const UNKNOWN: Refusal = { code: 'unknown_before', message: 'What was there before isn’t known any more.' };
const OTHER_MODE: Refusal = {
  code: 'role_mode',
  message: 'Since then the organization has changed how many roles a member has.',
};

/**
 * What gives a member back what they had. An end that has passed meanwhile gives nothing back.
 * @param action what undoes the operation for the members in general
 */
export function restoring(
  { clock }: Pick<ServiceContext, 'clock'>,
  action: BulkAction,
  { restore, seen }: Pick<BulkItem, 'restore' | 'seen'>,
  state: MemberState,
): BulkAction | Refusal {
  const now = clock.now();
  const counts = ({ until }: { until?: Date }) => !until || until > now;
  if (!restore) return UNKNOWN;
  switch (ACTIONS[action.kind].about) {
    case 'status':
      return restore.status ? { kind: restore.status === 'active' ? 'reactivate' : 'suspend' } : UNKNOWN;
    case 'group':
      return restore.group && counts(restore.group)
        ? { kind: 'add_to_group', ...restore.group }
        : { kind: 'remove_from_group', groupId: action.groupId as string };
    default:
      return restoringRoles(action.roleId as string, { seen, state, roles: (restore.roles ?? []).filter(counts) });
  }
}

function restoringRoles(
  roleId: string,
  { roles, seen, state }: { roles: NonNullable<BulkBefore['roles']>; seen: string | null; state: MemberState },
): BulkAction | Refusal {
  const { membership, organization, vocabulary, seat } = state;
  /** What the operation that is undone has changed, and nobody since. */
  const ours = Object.keys(membership.changed ?? {}).filter((id) => membership.changed?.[id] === seen);
  if (isSingle(organization)) {
    const present = seat ? ADMIN_ROLE_ID : membership.roles.at(-1)?.roleId;
    if (present !== undefined && !ours.includes(present)) return CHANGED_SINCE;
    const back = roles.at(-1) ?? (vocabulary.defaultRoleId && { roleId: vocabulary.defaultRoleId });
    return back ? { kind: 'give_role', ...back } : UNKNOWN;
  }
  if ([...ours, ...roles.map((one) => one.roleId)].some((id) => id !== roleId)) return OTHER_MODE;
  const [own] = roles;
  return own ? { kind: 'give_role', ...own } : { kind: 'take_role', roleId };
}
