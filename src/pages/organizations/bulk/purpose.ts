/** What members are being chosen for, where that was said before who: a role that they get, or a group that they join. */
import type { Context } from 'koa';
import { can, managementOf, mayGive } from '../../../access/can.js';
import type { BulkKind } from '../../../models/bulk-operation.js';
import type { KnownGroup, Role } from '../../../models/index.js';
import { message } from '../../../texts/message.js';
import type { Visitor } from '../../frame.js';
import { textOf } from '../../query.js';
import type { Purpose } from '../../view/members-views.js';

/** By what is done: the parameter of a page's address that names the role or the group. */
const FIELDS: Partial<Record<BulkKind, Purpose['field']>> = { give_role: 'give', add_to_group: 'add' };

/** @returns undefined where nothing was said, it isn't there, or the visitor may not do it */
export function purposeIn(
  ctx: Context,
  { actor, organization }: Visitor,
  { roles, groups }: { roles: readonly Role[]; groups: readonly KnownGroup[] },
): Purpose | undefined {
  const target = { organizationId: organization._id };
  if (!can(actor, 'members:write', target)) return undefined;
  const role = roles.find(({ key }) => key === textOf(ctx, 'give'));
  if (role && mayGive(actor, managementOf(role), target)) {
    const heading = message('members-choose-for-role', { role: role.name });
    return { field: 'give', value: role.key, kind: 'give_role', heading, action: message('role-give') };
  }
  const group = groups.find(({ _id }) => _id === textOf(ctx, 'add'));
  if (!group) return undefined;
  const heading = message('members-choose-for-group', { group: group.name });
  return { field: 'add', value: group._id, kind: 'add_to_group', heading, action: message('add-to-group') };
}

/** The role or the group that was named for what is to be done. */
export function namedFor(ctx: Context, kind: BulkKind): string {
  const field = FIELDS[kind];
  return field ? textOf(ctx, field) : '';
}

/** The members page with what was said kept. */
export function membersHref(ctx: Context, base: string): string {
  const said = (['give', 'add'] as const).flatMap((name): [string, string][] =>
    textOf(ctx, name) ? [[name, textOf(ctx, name)]] : [],
  );
  const query = new URLSearchParams(said).toString();
  return `${base}/members${query ? `?${query}` : ''}`;
}
