/** What bulk operations do to a member, as a table: the service that does it, and what undoes it. */
import type { Actor } from '../../access/can.js';
import type { BulkBefore } from '../../models/bulk-item.js';
import type { BulkAction, BulkKind } from '../../models/bulk-operation.js';
import type { MemberKey } from '../administrators.js';
import { addToGroup, removeFromGroup } from '../change-member-group.js';
import { giveRole, takeRole } from '../change-member-role.js';
import { setMemberStatus } from '../change-member-status.js';
import type { ChangeOptions } from '../change-membership.js';
import type { ServiceContext } from '../context.js';

/** Changes one member as the use case of the same name does. @returns whether anything changed */
type Perform = (
  context: ServiceContext,
  actor: Actor,
  key: MemberKey,
  action: BulkAction,
  options: ChangeOptions,
) => Promise<boolean>;

interface Doing {
  perform: Perform;
  undoneBy: BulkKind;
  /** What it is about, and so what its action has besides. */
  about: 'role' | 'group' | 'status';
}

const roleOf = ({ roleId = '', until }: BulkAction) => ({ roleId, ...(until ? { until } : {}) });
const groupOf = ({ groupId = '', until }: BulkAction) => ({ groupId, ...(until ? { until } : {}) });

export const ACTIONS: Readonly<Record<BulkKind, Doing>> = {
  give_role: {
    about: 'role',
    undoneBy: 'take_role',
    perform: (context, actor, key, action, options) => giveRole(context, actor, { ...key, ...roleOf(action) }, options),
  },
  take_role: {
    about: 'role',
    undoneBy: 'give_role',
    perform: (context, actor, key, { roleId = '' }, options) => takeRole(context, actor, { ...key, roleId }, options),
  },
  add_to_group: {
    about: 'group',
    undoneBy: 'remove_from_group',
    perform: (context, actor, key, action, options) =>
      addToGroup(context, actor, { ...key, ...groupOf(action) }, options),
  },
  remove_from_group: {
    about: 'group',
    undoneBy: 'add_to_group',
    perform: (context, actor, key, { groupId = '' }, options) =>
      removeFromGroup(context, actor, { ...key, groupId }, options),
  },
  suspend: {
    about: 'status',
    undoneBy: 'reactivate',
    perform: (context, actor, key, _action, options) =>
      setMemberStatus(context, actor, { ...key, status: 'suspended' }, options),
  },
  reactivate: {
    about: 'status',
    undoneBy: 'suspend',
    perform: (context, actor, key, _action, options) =>
      setMemberStatus(context, actor, { ...key, status: 'active' }, options),
  },
};

/** Under which `membership.changed` tells who changed this last. */
export const markOf = ({ roleId, groupId }: BulkAction): string => roleId ?? groupId ?? 'status';

/** What undoes it, for the members in general; what each gets back is in their item. */
export function reversed({ kind, roleId, groupId }: BulkAction): BulkAction {
  return { kind: ACTIONS[kind].undoneBy, ...(roleId ? { roleId } : {}), ...(groupId ? { groupId } : {}) };
}

/** As events tell it: of what a change replaced, what its undo needs. */
interface ToldBefore {
  roles?: { roleId: string; until?: Date }[];
  groupId?: string;
  until?: Date;
  status?: 'active' | 'suspended';
}

/** @param told what the event of the change says was there before */
export function beforeOf({ kind }: BulkAction, told: unknown): BulkBefore {
  const { roles = [], groupId, until, status } = (told ?? {}) as ToldBefore;
  const ending = until ? { until } : {};
  switch (ACTIONS[kind].about) {
    case 'role':
      return { roles: roles.map((one) => ({ roleId: one.roleId, ...(one.until ? { until: one.until } : {}) })) };
    case 'group':
      return { group: groupId ? { groupId, ...ending } : null };
    default:
      return status ? { status } : {};
  }
}
