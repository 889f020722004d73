import type { AuditEvent, Membership } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { PRESENT } from '../reads.js';

/** Whom events of an organization's log name. */
export interface NamedPerson {
  /** Null: of who has left, and keeps it to themselves (R13). */
  name: string | null;
  /** Absent: they aren't a member there today. */
  membershipId?: string;
  operator: boolean;
}

export type NamedMember = Pick<Membership, '_id' | 'userId' | 'name'>;

/** The users of events. */
export const usersIn = (events: readonly Pick<AuditEvent, 'actor' | 'subject'>[]): string[] => [
  ...new Set(events.flatMap(({ actor, subject }) => [actor, subject ?? '']).filter((id) => id.startsWith('usr_'))),
];

/**
 * Who acted, and to whom it happened: by today's names, of members and of operators, who act from elsewhere. In the operators' own log
 * everybody is named: it tells what happens outside of organizations. Two queries, or one where all are members.
 * @param known who is a member, where that was read already: then a query less
 * @returns by user id; without who is gone
 */
export async function peopleOf(
  { models, reads, systemOrganizationId }: ServiceContext,
  organizationId: string,
  events: readonly Pick<AuditEvent, 'actor' | 'subject'>[],
  known?: readonly NamedMember[],
): Promise<Map<string, NamedPerson>> {
  const ids = usersIn(events);
  if (ids.length === 0) return new Map();
  const [members, system] = await Promise.all([
    known ??
      models.Membership.find({ organizationId, userId: { $in: ids }, ...PRESENT }, { userId: 1, name: 1 }).lean(),
    reads.organization(systemOrganizationId),
  ]);
  const memberships = new Map(members.map((one) => [one.userId, one]));
  const missing = ids.filter((id) => memberships.get(id)?.name === undefined);
  const users = missing.length ? await models.User.find({ _id: { $in: missing } }, { name: 1 }).lean() : [];
  const names = new Map(users.map((one) => [one._id, one.name]));
  return new Map(
    ids.flatMap((id): [string, NamedPerson][] => {
      const member = memberships.get(id);
      const name = member?.name ?? names.get(id);
      if (name === undefined) return [];
      const operator = system?.administrators.includes(id) ?? false;
      const told = member || operator || organizationId === systemOrganizationId;
      return [[id, { name: told ? name : null, operator, ...(member ? { membershipId: member._id } : {}) }]];
    }),
  );
}
