/** Whom a bulk operation is to be about, as the members page says it: those who are ticked, or everyone in its list. */
import type { Context } from 'koa';
import { RollcallError } from '../../../lib/errors.js';
import { fieldValues } from '../../../middleware/form-body.js';
import { BULK_KINDS, type BulkFilter, type BulkKind } from '../../../models/bulk-operation.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import type { PageDeps } from '../../deps.js';
import type { Visitor } from '../../frame.js';
import { roleNamed, rolesOf } from '../member/read.js';

/** Of the members page, as they stand in its address. */
export interface ListFilter {
  q: string;
  role: string;
  group: string;
  status: string;
}

export interface Chosen {
  kind: BulkKind;
  members: string[];
  everyone: boolean;
  filter: ListFilter;
}

/** Boxes on one page, and more than a list shows. */
const MOST_TICKED = 1000;

/** As a page's address has it. @returns undefined where nobody is chosen, or nothing to do */
export function chosenIn(ctx: Context): Chosen | undefined {
  const all = (name: string) => [ctx.query[name] ?? []].flat();
  return read(all);
}

/** As the form has it. */
export const chosenInForm = (ctx: Context): Chosen | undefined => read((name) => fieldValues(ctx, name));

function read(all: (name: string) => string[]): Chosen | undefined {
  const one = (name: string) => (all(name)[0] ?? '').trim().slice(0, 200);
  const kind = BULK_KINDS.find((known) => known === one('action'));
  const members = all('member').slice(0, MOST_TICKED);
  const everyone = one('everyone') === '1';
  if (!kind || (!everyone && members.length === 0)) return undefined;
  return {
    kind,
    members: everyone ? [] : members,
    everyone,
    filter: { q: one('in_q'), role: one('in_role'), group: one('in_group'), status: one('in_status') },
  };
}

/** The same for the form that comes next. */
export function fieldsOf({ kind, members, everyone, filter }: Chosen): [name: string, value: string][] {
  return [
    ['action', kind],
    ...(everyone ? [['everyone', '1'] as [string, string]] : members.map((id): [string, string] => ['member', id])),
    ...Object.entries(filter).flatMap(([name, value]): [string, string][] => (value ? [[`in_${name}`, value]] : [])),
  ];
}

/** What the service takes for the list of the members page. @throws RollcallError `filter_gone` for a role or group that is gone */
export async function filterOf(deps: PageDeps, visitor: Visitor, { filter }: Chosen): Promise<BulkFilter> {
  const role = filter.role ? roleNamed(await rolesOf(deps, visitor), filter.role) : undefined;
  const { groups } = await vocabularyOf(deps.services, visitor.organization);
  const group = filter.group ? groups.get(filter.group) : undefined;
  const status = (['active', 'suspended'] as const).find((one) => one === filter.status);
  // What isn't there any more describes nobody: left out, it would describe everybody.
  if ((filter.role && !role) || (filter.group && !group) || (filter.status && !status))
    throw new RollcallError('filter_gone', 422, 'The list was narrowed by something that isn’t there any more.');
  return {
    ...(role ? { roleId: role._id } : {}),
    ...(group ? { groupId: group._id } : {}),
    ...(status ? { status } : {}),
    ...(filter.q ? { search: filter.q } : {}),
  };
}
