/** Lists of everything there is, a page at a time, in the order of an index. */
import type { Model } from 'mongoose';
import { searchTerms } from '../lib/words.js';
import type { Organization, Role, User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { orderedPage } from './lists/ordered.js';
import { type Searched, searchPage } from './lists/search.js';
import { requireUpgraded } from './upgrade-store.js';

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

/** What a list of everything there is can be narrowed to. */
export interface Searching {
  /** Beginnings of words; what is found comes in the order of these words, then by name. */
  search?: string | undefined;
}

/**
 * Users in the order in which they were made, or who is found by name or e-mail address.
 * @throws RollcallError `invalid` for a cursor of another query; `upgrading`
 */
export const listUsers = (context: ServiceContext, { search, ...page }: PageRequest & Searching): Promise<Page<User>> =>
  listAll(context, context.models.User, search, page);

/** Organizations in the order in which they were made, or those found by name or slug; `system` too. @throws as `listUsers` */
export const listOrganizations = (
  context: ServiceContext,
  { search, ...page }: PageRequest & Searching,
): Promise<Page<Organization>> => listAll(context, context.models.Organization, search, page);

async function listAll<T extends Searched>(
  context: ServiceContext,
  model: Model<T>,
  search: string | undefined,
  { limit, after }: PageRequest,
): Promise<Page<T>> {
  const text = search?.trim();
  if (text) {
    await requireUpgraded(context);
    const scope = { within: {}, filter: {}, terms: searchTerms(text) };
    return searchPage(model, scope, [model.modelName, text], { limit, after });
  }
  const branch = { filter: {}, index: { _id: 1 as const } };
  return orderedPage(model, [branch], { field: '_id', direction: 1 }, [model.modelName], { limit, after });
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
