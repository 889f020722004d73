import { managementOf } from '../../access/can.js';
import type { Role } from '../../models/index.js';
import { isBuiltIn } from '../../services/find-role.js';
import type { Page, PageRequest } from '../../services/list-pages.js';
import type { Answer } from '../endpoint.js';

/** Permissions of APIs and of this one in one list. */
export const presentRole = (role: Role) => ({
  id: role._id,
  key: role.key,
  name: role.name,
  description: role.description ?? '',
  permissions: [...new Set([...role.permissions, ...managementOf(role)])].sort(),
  organizationId: role.organizationId,
  builtIn: isBuiltIn(role),
  createdAt: role.createdAt.toISOString(),
  updatedAt: role.updatedAt.toISOString(),
});

export const answerWithRole = (role: Role): Answer => ({ body: presentRole(role), revision: role.revision ?? 0 });

/** A page of roles that are all known, by key. */
export function pageByKey(roles: Iterable<Role>, { limit, after = '' }: PageRequest): Page<Role> {
  const sorted = [...roles].filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1));
  const data = sorted.slice(0, limit);
  return { data, nextCursor: sorted.length > limit ? (data.at(-1)?.key ?? null) : null };
}
