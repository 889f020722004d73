/** Lists of everything there is, a page at a time, in the order of an index. */
import type { Organization, Role, User } from '../models/index.js';
import type { ServiceContext } from './context.js';

export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  /** The `nextCursor` of the page before. */
  after?: string | undefined;
}

export interface Page<T> {
  data: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/** @param rows one more than the limit, where there are more */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** Users in the order in which they were made. */
export async function listUsers({ models }: ServiceContext, { limit, after = '' }: PageRequest): Promise<Page<User>> {
  const rows = await models.User.find({ _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (user) => user._id);
}

/** Organizations in the order in which they were made; `system` too. */
export async function listOrganizations(
  { models }: ServiceContext,
  { limit, after = '' }: PageRequest,
): Promise<Page<Organization>> {
  const rows = await models.Organization.find({ _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (organization) => organization._id);
}

/** @param organizationId null for the instance-wide roles; by key */
export async function listRoles(
  { models }: ServiceContext,
  organizationId: string | null,
  { limit, after = '' }: PageRequest,
): Promise<Page<Role>> {
  const rows = await models.Role.find({ organizationId, key: { $gt: after }, deleted: { $exists: false } })
    .sort({ key: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (role) => role.key);
}
