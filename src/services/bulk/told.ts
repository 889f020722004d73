import { liveRole } from '../../access/effective-roles.js';
import { notFound } from '../../lib/errors.js';
import type { BulkOperation } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { vocabularyOf } from '../vocabulary.js';

/**
 * What an event tells of an operation: roles and groups by name too, so that one that goes later is still told. What was searched for isn't told,
 * only that something was: it may be a person's name or address, and whose isn't known, so that erasing that person wouldn't find it.
 */
export async function toldOf(
  context: ServiceContext,
  { organizationId, action, filter, total, counts }: BulkOperation,
): Promise<Record<string, unknown>> {
  const organization = await context.reads.organization(organizationId);
  if (!organization) throw notFound();
  const vocabulary = await vocabularyOf(context, organization);
  const named = ({ roleId, groupId }: { roleId?: string; groupId?: string }) => ({
    ...(roleId ? { role: liveRole(roleId, vocabulary.role)?.key ?? roleId, roleId } : {}),
    ...(groupId ? { group: vocabulary.group(groupId)?.name ?? groupId, groupId } : {}),
  });
  return {
    kind: action.kind,
    ...named(action),
    ...(action.until ? { until: action.until } : {}),
    ...(filter ? { filter: { ...filter, ...named(filter), ...(filter.search ? { search: true } : {}) } } : {}),
    members: total,
    ...(Object.keys(counts).length ? { foreseen: counts } : {}),
  };
}
