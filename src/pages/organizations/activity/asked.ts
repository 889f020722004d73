/** What somebody wants to see of an organization's log. */
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { RollcallError } from '../../../lib/errors.js';
import { isId } from '../../../lib/ids.js';
import type { Organization } from '../../../models/index.js';
import type { EventQuery } from '../../../services/audit/select-events.js';
import type { ServiceContext } from '../../../services/context.js';
import { findMember } from '../../../services/find-member.js';
import { listMembers } from '../../../services/list-members.js';
import type { Visitor } from '../../frame.js';
import { oneOf, textOf } from '../../query.js';
import { actionsOf, KINDS, type Kind } from '../../view/sentences/table.js';

export interface Asked {
  person: string;
  /** Whether what they did is wanted, or what happened to them. */
  as: 'did' | 'happened';
  kind: Kind | '';
  from: string;
  to: string;
  after: string | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const askedOf = (ctx: Context): Asked => ({
  person: textOf(ctx, 'person').slice(0, 200),
  as: oneOf(ctx, 'as', ['did', 'happened']) ?? 'did',
  kind: oneOf(ctx, 'kind', KINDS) ?? '',
  from: dayIn(textOf(ctx, 'from')),
  to: dayIn(textOf(ctx, 'to')),
  after: textOf(ctx, 'after') || undefined,
});

export const isNarrowed = ({ person, kind, from, to }: Asked) => [person, kind, from, to].some(Boolean);

/** A date as a browser's field sends it; what is none is as if it weren't there. */
const dayIn = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '');

/** Who is meant: by an id as an event has it, by e-mail address, or the first whose name begins so. */
export interface PersonAsked {
  id: string;
  name: string;
}

/** @returns null where nobody here is meant; undefined where nobody was asked for */
export async function personAsked(
  services: ServiceContext,
  { organization, actor }: Visitor,
  { person }: Asked,
): Promise<PersonAsked | null | undefined> {
  if (!person) return undefined;
  if (person.startsWith('application:') || person === 'system') return { id: person, name: person };
  if (!can(actor, 'members:read', { organizationId: organization._id })) return idAsked(person);
  if (isId('usr', person) || isId('mem', person)) return byId(services, organization, person);
  const { data } = await listMembers(services, actor, organization, { search: person }, { limit: 1 });
  return data[0] ? { id: data[0].user._id, name: data[0].user.name } : null;
}

/** Who has left has an id still, and events. */
const idAsked = (person: string) => (isId('usr', person) ? { id: person, name: person } : null);

async function byId(services: ServiceContext, organization: Organization, id: string): Promise<PersonAsked | null> {
  try {
    const { userId, name } = await findMember(services, organization, id);
    return { id: userId, name: name ?? userId };
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'not_found') return idAsked(id);
    throw error;
  }
}

/**
 * Nothing is listed beside what it is a part of, unless one person or kind is wanted: then every part counts for itself.
 */
export function queryOf(
  { _id: organizationId }: Pick<Organization, '_id'>,
  { as, kind, from, to }: Asked,
  person: PersonAsked | null | undefined,
): EventQuery {
  return {
    organizationId,
    ...(person || kind ? {} : { parent: null }),
    ...(person ? { [as === 'did' ? 'actor' : 'subject']: person.id } : {}),
    ...(kind ? { action: actionsOf(kind) } : {}),
    ...(from ? { from: new Date(from) } : {}),
    ...(to ? { until: new Date(Date.parse(to) + DAY_MS) } : {}),
  };
}
