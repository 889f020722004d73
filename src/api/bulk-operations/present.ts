import { liveRole } from '../../access/effective-roles.js';
import type { BulkOperation, Organization } from '../../models/index.js';
import type { BulkMember } from '../../services/bulk/list.js';
import type { ServiceContext } from '../../services/context.js';
import { vocabularyOf } from '../../services/vocabulary.js';

const time = (date: Date | undefined) => date?.toISOString() ?? null;

/** Operations as they are answered. What is gone is shown by its id. */
export async function presentBulk(services: ServiceContext, organization: Organization) {
  const vocabulary = await vocabularyOf(services, organization);
  const role = (id: string | undefined) => (id ? (liveRole(id, vocabulary.role)?.key ?? id) : undefined);
  const group = (id: string | undefined) => (id ? (vocabulary.group(id)?.name ?? id) : undefined);
  const filterOf = ({ roleId, groupId, status, search }: NonNullable<BulkOperation['filter']>) => ({
    ...(roleId ? { role: role(roleId) } : {}),
    ...(groupId ? { group: group(groupId) } : {}),
    ...(status ? { status } : {}),
    ...(search ? { search } : {}),
  });
  return ({ action, filter, counts, ...one }: BulkOperation) => ({
    id: one._id,
    action: action.kind,
    role: role(action.roleId) ?? null,
    group: group(action.groupId) ?? null,
    until: time(action.until),
    filter: filter ? filterOf(filter) : null,
    status: one.status,
    total: one.total,
    reached: one.endedAt && one.startedAt ? one.total - (counts.skipped ?? 0) : Math.min(one.next, one.total),
    counts: { to_change: 0, changed: 0, already: 0, refused: 0, skipped: 0, ...counts },
    event: one.startedAt ? one.eventId : null,
    undoOf: one.undoOf ?? null,
    undoneBy: one.undoneBy ?? null,
    createdAt: one.createdAt.toISOString(),
    startedAt: time(one.startedAt),
    endedAt: time(one.endedAt),
    expiresAt: time(one.expiresAt),
  });
}

export const presentResult = ({ item, name, email }: BulkMember) => ({
  member: item.membershipId ?? item.reference ?? '',
  userId: item.userId ?? null,
  name: name ?? null,
  email: email ?? null,
  result: item.result,
  code: item.code ?? null,
  message: item.message ?? null,
  event: item.result === 'changed' ? item.eventId : null,
});
