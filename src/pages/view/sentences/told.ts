/** What an event tells, as its sentence needs it. */
import type { AuditEvent } from '../../../models/index.js';
import type { Part } from './parts.js';

/** A role as an event names it: by id and key, or by key alone. */
export interface ToldRole {
  role: string;
  roleId?: string;
  until?: Date;
}

export interface ToldGroup {
  group?: string;
  groupId?: string;
  until?: Date;
}

/** Who and what the ids of an event are. */
export interface Names {
  /** Who acted, or whom it happened to, by an id of any kind. */
  who(id: string | null): Part;
  roles(roles: readonly ToldRole[]): Part;
  group(group: ToldGroup): Part;
  application(id: string): Part;
}

export interface Told {
  event: AuditEvent;
  actor: Part;
  subject: Part;
  /** Somebody did it to themselves. */
  own: boolean;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  names: Names;
  /** Of a bulk operation that has ended. */
  outcome: Outcome | undefined;
}

/** How many of those whom an operation was about were changed. */
export interface Outcome {
  changed: number;
  total: number;
}

export function toldOf(event: AuditEvent, names: Names, outcome?: Outcome): Told {
  return {
    event,
    actor: names.who(event.actor),
    subject: names.who(event.subject ?? null),
    own: event.actor === event.subject,
    before: membersOf(event.before),
    after: membersOf(event.after),
    names,
    outcome,
  };
}

export const membersOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The roles of `before` or `after`: assignments, or keys alone. */
export function rolesIn({ roles }: Record<string, unknown>): ToldRole[] {
  if (!Array.isArray(roles)) return [];
  return roles.map((one) => (typeof one === 'string' ? { role: one } : (one as ToldRole)));
}

/** The role that `before` or `after` is about itself. */
export function roleIn({ role, roleId, until }: Record<string, unknown>): ToldRole[] {
  if (typeof role !== 'string') return [];
  return [
    {
      role,
      ...(typeof roleId === 'string' ? { roleId } : {}),
      ...(until instanceof Date ? { until } : {}),
    },
  ];
}

export function groupsIn({ groups }: Record<string, unknown>): ToldGroup[] {
  return Array.isArray(groups) ? (groups as ToldGroup[]) : [];
}

/** What is in one list and not in the other, or with another end. */
export function without<T extends { until?: Date }>(
  list: readonly T[],
  other: readonly T[],
  idOf: (one: T) => string | undefined,
): T[] {
  const ends = new Map(other.map((one) => [idOf(one), one.until?.getTime()]));
  return list.filter((one) => !ends.has(idOf(one)) || ends.get(idOf(one)) !== one.until?.getTime());
}
