/** The rows of a list of members, before anybody looks at what they hold. */
import type { Membership, Organization } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import type { Page, PageRequest } from '../list-pages.js';
import { isUpgraded, requireUpgraded } from '../upgrade-store.js';
import { type CompiledFilter, compileFilter, type MemberFilter } from './member-filter.js';
import { type Order, orderedPage } from './ordered.js';
import { searchPage } from './search.js';
import { countUpTo, MOST_COUNTED, type Total } from './total.js';

export interface MemberOrder {
  /** By name unless said otherwise; what is searched comes in the order of the words found. */
  sort?: 'name' | 'joined' | undefined;
  order?: 'ascending' | 'descending' | undefined;
}

/**
 * @param query what the filter was compiled from
 * @throws RollcallError `invalid` for a cursor of another query; `upgrading`
 */
export async function memberRows(
  context: ServiceContext,
  organization: Organization,
  filter: CompiledFilter,
  { search, role, group, status, sort, order }: MemberFilter & MemberOrder,
  page: PageRequest,
): Promise<Page<Membership>> {
  const { Membership } = context.models;
  const asked = [organization._id, search?.trim() || null, role ?? null, group ?? null, status ?? null];
  const findable = await isUpgraded(context);
  const { terms } = filter;
  if (terms || sort === 'name') await requireUpgraded(context);
  const by: Order = {
    field: (sort ?? (findable ? 'name' : 'joined')) === 'name' ? 'sortName' : '_id',
    direction: order === 'descending' ? -1 : 1,
  };
  const found = terms
    ? await searchPage(
        Membership,
        { within: { organizationId: organization._id }, filter: filter.common, terms },
        asked,
        page,
      )
    : await orderedPage(Membership, filter.branches(by.field), by, [...asked, by.field, by.direction], page);
  return { ...found, data: found.data.filter(filter.holds) };
}

/** Of what no index holds by itself, as who has a role and is in a group, each that is counted is looked at. */
const MOST_LOOKED_AT = 250;

/** How many there are, up to 1,000 or 250. Nothing is found by what has no word in it. */
export async function memberTotal(
  { models }: ServiceContext,
  { whole, terms, exact, several, holds }: CompiledFilter,
): Promise<Total> {
  if (terms?.length === 0) return { count: 0, more: false };
  if (exact) return countUpTo(models.Membership, whole, several ? MOST_LOOKED_AT : MOST_COUNTED);
  const rows = await models.Membership.find(whole, { pendingEvents: 0 })
    .limit(MOST_COUNTED + 1)
    .lean<Membership[]>();
  return { count: Math.min(rows.filter(holds).length, MOST_COUNTED), more: rows.length > MOST_COUNTED };
}

const BATCH = 500;

/**
 * Everyone in a filter, a batch at a time, in the order in which they joined: who joins meanwhile may come too.
 * @throws RollcallError `invalid` for an unknown role or group; `upgrading`
 */
export async function* allMemberRows(
  context: ServiceContext,
  organization: Organization,
  query: MemberFilter,
): AsyncGenerator<Membership[]> {
  const filter = await compileFilter(context, organization, query);
  for (let after: string | undefined; ; ) {
    const page = { limit: BATCH, after };
    const { data, nextCursor } = await memberRows(context, organization, filter, { ...query, sort: 'joined' }, page);
    yield data;
    if (nextCursor === null) return;
    after = nextCursor;
  }
}
