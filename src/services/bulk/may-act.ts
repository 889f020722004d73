import type { Actor } from '../../access/can.js';
import { invalid, notFound } from '../../lib/errors.js';
import type { BulkAction } from '../../models/bulk-operation.js';
import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';
import { isSingle, requireFuture, requireMayGive, requireNoEnd, rolesBehind, singleMode } from '../rules-of-roles.js';
import { vocabularyOf } from '../vocabulary.js';
import { ACTIONS } from './actions.js';

/**
 * What holds for all of the members alike: the permission, R15, and what a role or group in this organization can be given at all (R4). Each
 * member's change is checked again for itself.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function requireMayAct(
  context: ServiceContext,
  actor: Actor,
  organizationId: string,
  { roleId, groupId }: BulkAction,
): Promise<void> {
  requirePermission(actor, 'members:write', organizationId);
  const organization = await context.reads.organization(organizationId);
  if (!organization) throw notFound();
  const vocabulary = await vocabularyOf(context, organization);
  const carried = groupId ? (vocabulary.group(groupId)?.roles ?? []) : [];
  requireMayGive(actor, organizationId, vocabulary, [...(roleId ? [roleId] : []), ...carried]);
}

/**
 * Whether this can be done here to anybody.
 * @throws RollcallError `invalid`, `single_role_mode`
 */
export async function requireSensible(
  context: ServiceContext,
  organization: Organization,
  action: BulkAction,
): Promise<void> {
  const { kind, roleId, groupId, until } = action;
  const vocabulary = await vocabularyOf(context, organization);
  const { about } = ACTIONS[kind];
  if ((about === 'role') !== (roleId !== undefined) || (about === 'group') !== (groupId !== undefined))
    throw invalid(`What ${kind} is about has to be given, and nothing else.`);
  if (until && kind !== 'give_role' && kind !== 'add_to_group') throw invalid(`${kind} takes no end date.`);
  if (roleId) rolesBehind(vocabulary, [roleId]);
  if (groupId && !vocabulary.group(groupId)) throw invalid(`There is no group ${groupId} here any more.`);
  requireFuture(context, [{ until }]);
  if (about === 'role') requireNoEnd(organization, [{ until }]);
  if (kind === 'take_role' && isSingle(organization))
    throw singleMode('Each member of this organization has exactly one role: give another, and it replaces this one.');
}
