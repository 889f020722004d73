/** Which events somebody wants to read, and whether they may. */
import { type Actor, can } from '../../access/can.js';
import { idBound } from '../../lib/ids.js';
import type { ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';

export interface EventQuery {
  /** Absent: of every organization. */
  organizationId?: string | undefined;
  /** Each as an event has it, exactly; with an organization alone. */
  actor?: string | undefined;
  subject?: string | undefined;
  /** One, or any of several. */
  action?: string | readonly string[] | undefined;
  /** Null: what isn't part of another event, and what is never folded into one (`list-events.ts`). */
  parent?: string | null | undefined;
  /** At this moment or later. */
  from?: Date | undefined;
  /** Before this moment. */
  until?: Date | undefined;
}

/** The log of `system` holds what belongs to no organization, as everybody's sign-ins do: it is read by who may read all of them. */
export const mayReadLog = (
  { systemOrganizationId }: Pick<ServiceContext, 'systemOrganizationId'>,
  actor: Actor,
  organizationId: string,
): boolean =>
  can(actor, 'instance:audit') ||
  (organizationId !== systemOrganizationId && can(actor, 'audit:read', { organizationId }));

/** @throws RollcallError `not_found`, `forbidden` */
export function requireReading(context: ServiceContext, actor: Actor, { organizationId }: EventQuery): void {
  if (organizationId === undefined) return requirePermission(actor, 'instance:audit');
  if (mayReadLog(context, actor, organizationId)) return;
  const needed = organizationId === context.systemOrganizationId ? 'instance:audit' : 'audit:read';
  requirePermission(actor, needed, organizationId);
}

/** The conditions of a query. */
export function within({ from, until, ...exact }: EventQuery): Record<string, unknown> {
  return {
    ...Object.fromEntries(
      Object.entries(exact)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, Array.isArray(value) ? { $in: value } : value]),
    ),
    ...(from || until ? { time: { ...(from && { $gte: from }), ...(until && { $lt: until }) } } : {}),
  };
}

/** Ids are made by each process's own clock, as times are, and go on where it is set back: so far an event's may be from its time. */
const APART_MS = 60 * 60 * 1000;

/** The filter of a query that is read along the ids: its bounds in time bound them too. */
export function filterOf(query: EventQuery): Record<string, unknown> {
  const { from, until } = query;
  const shifted = (moment: Date, ms: number) => idBound('evt', new Date(moment.getTime() + ms));
  return {
    ...within(query),
    _id: {
      $gt: from ? shifted(from, -APART_MS) : '',
      ...(until ? { $lt: shifted(until, APART_MS) } : {}),
    },
  };
}
