/**
 * The permissions that a role can carry, as they are shown: for each API a matrix of resources and actions where its keys read so and the
 * actions are few, else a list; then what may be managed in the organization.
 */
import { type Actor, can, managementOf } from '../../../access/can.js';
import { isManagementPermission } from '../../../access/statements.js';
import type { Permission } from '../../../models/api.js';
import type { Api, Role } from '../../../models/index.js';
import { message } from '../../../texts/message.js';
import type { PermissionBlock, PermissionBox } from '../../view/roles-views.js';
import { EVERY_ONE, GRANTABLE } from './management.js';

/** More columns are no matrix that anybody reads. */
const MOST_ACTIONS = 8;

interface Asked {
  role: Role;
  actor: Actor;
  organizationId: string;
  /** What is ticked: what the role carries, or what somebody had ticked. */
  ticked: ReadonlySet<string>;
  /** What it carries by now, where somebody else has changed it meanwhile. */
  now?: ReadonlySet<string> | undefined;
}

/** @param own whether the role is the organization's: what is for operators' roles isn't offered (R15) */
export function offeredBy(apis: Iterable<Api>, own: boolean): Api[] {
  const all = [...apis].sort((a, b) => a.name.localeCompare(b.name) || (a._id < b._id ? -1 : 1));
  const kept = new Set(
    all.flatMap(({ permissions }) => permissions.filter((one) => one.operatorsOnly).map(({ key }) => key)),
  );
  return all
    .map((api) => ({ ...api, permissions: api.permissions.filter(({ key }) => !own || !kept.has(key)) }))
    .filter(({ permissions }) => permissions.length > 0);
}

export function blocksOf(apis: readonly Api[], asked: Asked): PermissionBlock[] {
  const box = boxes(asked);
  const lists: PermissionBlock[] = [];
  const matrices: (PermissionBlock & { kind: 'matrix' })[] = [];
  for (const api of apis) {
    const cells = api.permissions.map((permission) => ({ ...placeOf(permission), box: box(permission) }));
    const actions = [...new Set(cells.map(({ action }) => action))];
    if (actions.length > MOST_ACTIONS || cells.some(({ resource }) => !resource)) {
      lists.push({ kind: 'list', name: api.name, boxes: cells.map((cell) => cell.box) });
      continue;
    }
    // APIs share a table while their actions fit into one.
    const last = matrices.at(-1);
    const together = [...new Set([...(last?.columns ?? []), ...actions])];
    const fits = last && together.length <= MOST_ACTIONS;
    const matrix = fits ? last : { kind: 'matrix' as const, columns: [], apis: [] };
    if (!fits) matrices.push(matrix);
    matrix.columns = fits ? together : actions;
    matrix.apis.push({
      name: api.name,
      rows: [...new Set(cells.map(({ resource }) => resource))].map((resource) => ({
        resource,
        // Filled up below, when all the columns are known.
        cells: matrix.columns.map((action) => boxAt(cells, resource, action)),
      })),
    });
  }
  for (const { columns, apis: rows } of matrices)
    for (const { cells } of rows.flatMap((one) => one.rows)) while (cells.length < columns.length) cells.push(null);
  return [...matrices, ...lists, managing(asked)];
}

const boxAt = (
  cells: readonly { resource: string; action: string; box: PermissionBox }[],
  resource: string,
  action: string,
) => cells.find((cell) => cell.resource === resource && cell.action === action)?.box ?? null;

/** `resource:action`; a resource may have colons of its own. */
function placeOf({ key }: Permission): { resource: string; action: string } {
  const at = key.lastIndexOf(':');
  return { resource: key.slice(0, Math.max(0, at)), action: key.slice(at + 1) };
}

function boxes({ ticked, now }: Asked) {
  const seen = new Set<string>();
  return ({ key, description = '' }: Pick<Permission, 'key' | 'description'>): PermissionBox => {
    const mirror = seen.has(key);
    seen.add(key);
    return { key, description, ticked: ticked.has(key), off: null, now: changeOf(key, ticked, now), mirror };
  };
}

const changeOf = (key: string, ticked: ReadonlySet<string>, now: ReadonlySet<string> | undefined) => {
  if (!now || now.has(key) === ticked.has(key)) return null;
  return now.has(key) ? message('role-now-on') : message('role-now-off');
};

/** What who asks lacks they can't put into it, nor take out (R15). */
function managing({ role, actor, organizationId, ticked, now }: Asked): PermissionBlock {
  const carried = now ?? managementOf(role);
  const builtIn = [...managementOf(role)].some((key) => !GRANTABLE.some((one) => one.key === key));
  return {
    kind: 'list',
    name: message('role-this-organization'),
    boxes: (builtIn ? EVERY_ONE : GRANTABLE).map(({ key, description }) => {
      const may = can(actor, key, { organizationId });
      return {
        key,
        description,
        ticked: (may ? ticked : carried).has(key),
        off: may ? null : message('role-lacked'),
        now: may ? changeOf(key, ticked, now) : null,
        mirror: false,
      };
    }),
  };
}

/** All that a role carries. */
export const carriedBy = (role: Role): ReadonlySet<string> => new Set([...role.permissions, ...managementOf(role)]);

/** What a role carries that who asks can't change: such boxes are locked, and a browser doesn't send them. */
export const lockedIn = (role: Role, actor: Actor, organizationId: string): string[] =>
  [...managementOf(role)].filter((key) => !can(actor, key, { organizationId }));

/** What a role carries that is offered no more: saving takes it out. */
export const goneFrom = (role: Role, apis: readonly Api[]): string[] => {
  const offered = new Set(apis.flatMap(({ permissions }) => permissions.map(({ key }) => key)));
  return role.permissions.filter((key) => !offered.has(key) && !isManagementPermission(key));
};
