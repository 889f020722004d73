/** Events as people read them: the organization's activity, and that of a member, a role or a group. */
import { type Actor, can } from '../../../access/can.js';
import type { AuditEvent, Organization } from '../../../models/index.js';
import { type NamedMember, peopleOf } from '../../../services/audit/people-of.js';
import type { ServiceContext } from '../../../services/context.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { type Message, message } from '../../../texts/message.js';
import { applicationIn, applicationName, type Known, namesFor } from './names.js';
import type { Sentence } from './parts.js';
import { sentenceOf } from './table.js';
import { type Outcome, toldOf } from './told.js';

/** An event, as `views/partials/event.ejs` shows it. */
export interface EventView {
  id: string;
  href: string;
  time: Date;
  /** Of the avatar: a person, an application, or null for the server and who is nobody. */
  who: { id: string; name: string; application: boolean } | null;
  sentence: Sentence;
  tags: Message[];
  where: Message | null;
  /** The event that it is a part of, unless that stands beside it. */
  partOf: string | null;
  /** What it was done to is told by its parts. */
  opens: boolean;
  /** The page of the bulk operation that it is about, for who may see that. */
  operation: string | null;
}

interface Options {
  /** Its parts are shown with an event, so that none says what it is a part of. */
  whole?: boolean;
  /** Who is a member, where that was read already. */
  members?: readonly NamedMember[];
  /** Whether what came of bulk operations is looked up. */
  ended?: boolean;
}

/** What happened, as sentences: who and what the ids are is read once for all of them. */
export async function sentencesOf(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  events: readonly AuditEvent[],
  { whole = false, members, ended = true }: Options = {},
): Promise<EventView[]> {
  const [people, outcomes, vocabulary, catalog] = await Promise.all([
    peopleOf(context, organization._id, events, members),
    ended ? outcomesOf(context, organization._id, events) : new Map<string, Outcome>(),
    vocabularyOf(context, organization),
    context.catalog.current(),
  ]);
  const known: Known = { organization, actor, people, vocabulary, catalog };
  const names = namesFor(known);
  const base = `/organizations/${organization.slug}/audit`;
  const target = { organizationId: organization._id };
  const seesBulk = can(actor, 'members:read', target) && can(actor, 'members:write', target);
  const shown = new Set(events.map(({ _id }) => _id));
  return events
    .filter((event) => whole || !isTold(event, shown))
    .map((event) => ({
      id: event._id,
      href: `${base}/${event._id}`,
      time: event.time,
      who: whoOf(event, known),
      sentence: sentenceOf(toldOf(event, names, outcomes.get(event.subject ?? ''))),
      tags: [
        ...(event.action === 'bulk.undone' ? [message('event-undo')] : []),
        ...(people.get(event.actor)?.operator && !people.get(event.actor)?.membershipId
          ? [message('event-operator')]
          : []),
      ],
      where: applicationIn(event.actor) === undefined ? null : message('event-by-api'),
      // Who became administrator may be a part of what stands in another log, or was never made.
      partOf: event.parent && !whole && !event.action.startsWith('administrator.') ? `${base}/${event.parent}` : null,
      operation:
        event.action.startsWith('bulk.') && seesBulk
          ? `/organizations/${organization.slug}/bulk/${event.subject}`
          : null,
      opens: event.action === 'bulk.applied' || event.action === 'bulk.undone',
    }));
}

/** What came of the bulk operations among them, by id, as far as they have ended: one query where there are any. */
async function outcomesOf(
  { models }: ServiceContext,
  organizationId: string,
  events: readonly AuditEvent[],
): Promise<Map<string, Outcome>> {
  const ids = events.flatMap(({ action, subject }) => (action.startsWith('bulk.') && subject ? [subject] : []));
  if (ids.length === 0) return new Map();
  const operations = await models.BulkOperation.find(
    { _id: { $in: ids }, organizationId, endedAt: { $exists: true } },
    { total: 1, counts: 1 },
  ).lean();
  return new Map(operations.map(({ _id, total, counts }) => [_id, { total, changed: counts.changed ?? 0 }]));
}

/** A seat that was given or taken with a role goes without saying where the role's own sentence is there. */
const isTold = ({ action, parent }: AuditEvent, shown: ReadonlySet<string>) =>
  action.startsWith('administrator.') && parent !== undefined && shown.has(parent);

function whoOf({ actor }: AuditEvent, { people, catalog }: Known): EventView['who'] {
  const client = applicationIn(actor);
  if (client !== undefined) return { id: client, name: applicationName(catalog, client) ?? client, application: true };
  const person = people.get(actor);
  return person?.name ? { id: actor, name: person.name, application: false } : null;
}
