/** Roles as pages show them: each with where it comes from (R3). */
import type { HeldRole } from '../../access/effective-roles.js';
import type { KnownGroup, Role } from '../../models/index.js';

export interface RoleChip {
  role: { key: string; name: string };
  /** Where the role is looked at. */
  href?: string;
  /** The groups that give it; none where it is held directly. */
  via: { name: string; href?: string }[];
  until?: Date;
  /** It ends within a week. */
  soon: boolean;
  /** The button that takes it away. */
  remove?: { name: string; value: string };
  /** It can't be taken away, and the page says why in the element of this id. */
  kept?: string;
}

interface Options {
  /** Of the organization's pages, to which chips then lead. */
  base?: string | undefined;
  /** Whether a role that is held directly can be taken away here. */
  remove?: ((role: Role) => boolean) | undefined;
  /** Whether it can't be, and the page says why in the element `kept`. */
  keep?: ((role: Role) => boolean) | undefined;
}

/** A role's page in an organization. The role `new` has it under its id: its key is the page that makes one. */
export const roleHref = (base: string, { _id, key }: Pick<Role, '_id' | 'key'>): string =>
  `${base}/roles/${key === 'new' ? _id : key}`;

const SOON_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether it ends within a week. */
export const isSoon = (until: Date | undefined, now: Date): boolean =>
  until !== undefined && until.getTime() - now.getTime() < SOON_MS;

/** A chip for the direct assignment, and one for each group that gives the role too. */
export function chipsOf(
  held: readonly HeldRole<Role, KnownGroup>[],
  now: Date,
  { base, remove, keep }: Options = {},
): RoleChip[] {
  const ending = (until: Date | undefined) => ({
    ...(until ? { until } : {}),
    soon: isSoon(until, now),
  });
  return held.flatMap(({ role, direct, groups }) => {
    const shown = {
      role: { key: role.key, name: role.name },
      ...(base ? { href: roleHref(base, role) } : {}),
    };
    return [
      ...(direct
        ? [
            {
              ...shown,
              via: [],
              ...ending(direct.until),
              ...(keep?.(role) ? { kept: 'kept' } : {}),
              ...(remove?.(role) ? { remove: { name: 'remove', value: role.key } } : {}),
            },
          ]
        : []),
      ...groups.map(({ group, until }) => ({
        ...shown,
        via: [{ name: group.name, ...(base ? { href: `${base}/groups/${group._id}` } : {}) }],
        ...ending(until),
      })),
    ];
  });
}

/** A role that nobody is said to hold: only what it is. */
export const chipOf = ({ key, name }: Pick<Role, 'key' | 'name'>): RoleChip => ({
  role: { key, name },
  via: [],
  soon: false,
});
