import type { AuditEvent, Invitation } from '../../models/index.js';
import { type About, erasePersonal } from '../audit/personal.js';
import type { ServiceContext } from '../context.js';

const BATCH = 200;

/** By whom these are done, an invitation is for. */
const ANSWERS: ReadonlySet<string> = new Set(['invitation.accepted', 'invitation.declined']);
const OF_INVITATIONS = [
  ...ANSWERS,
  'invitation.created',
  'invitation.resent',
  'invitation.link_made',
  'invitation.revoked',
];

/**
 * Takes from the log what it says of a person: where they acted from, and who they were where something was done to them, also as the invited
 * whom an invitation names that they have answered.
 */
export async function erasePersonalEvents(context: ServiceContext, userId: string): Promise<void> {
  const { AuditChain } = context.models;
  // Chain by chain, as the log's indexes have it.
  for (let after = ''; ; ) {
    const chains = await AuditChain.find({ _id: { $gt: after } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const ids = chains.map(({ _id }) => _id);
    for (const _id of await chainsWith(context, ids, { actor: userId })) {
      const answered = new Set<string>();
      await eraseIn(context, { organizationId: _id, actor: userId }, 'actor', ({ action, subject }) => {
        if (ANSWERS.has(action) && subject) answered.add(subject);
      });
      for (const invitationId of answered) await eraseInvited(context, { organizationId: _id, _id: invitationId });
    }
    for (const _id of await chainsWith(context, ids, { subject: userId }))
      await eraseIn(context, { organizationId: _id, subject: userId }, 'subject');
    const last = chains.at(-1);
    if (!last || chains.length < BATCH) return;
    after = last._id;
  }
}

/** Which of these chains hold any such event: few do, and each of the others would be a query of its own. */
async function chainsWith(
  { models }: ServiceContext,
  ids: readonly string[],
  who: { actor: string } | { subject: string },
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let rest = [...ids]; rest.length; rest = rest.filter((id) => !found.has(id))) {
    const events = await models.AuditEvent.find({ organizationId: { $in: rest }, ...who }, { organizationId: 1 })
      .limit(BATCH)
      .lean();
    if (events.length === 0) break;
    for (const { organizationId } of events) found.add(organizationId);
  }
  return found;
}

/** Takes from the log whose address an invitation was for. */
export const eraseInvited = (
  context: ServiceContext,
  { organizationId, _id }: Pick<Invitation, 'organizationId' | '_id'>,
) => eraseIn(context, { organizationId, subject: _id }, 'subject');

/** The same of every invitation that an organization has made. */
export async function eraseAllInvited(context: ServiceContext, organizationId: string): Promise<void> {
  for (const action of OF_INVITATIONS) await eraseIn(context, { organizationId, action }, 'subject');
}

type Whose = { organizationId: string } & ({ actor: string } | { subject: string } | { action: string });

/** @param seen is told of each of them */
async function eraseIn(
  { models }: ServiceContext,
  whose: Whose,
  about: About,
  seen?: (event: AuditEvent) => void,
): Promise<void> {
  const { AuditEvent } = models;
  for (let after: AuditEvent | undefined; ; ) {
    const from: object = after
      ? { $or: [{ time: { $gt: after.time } }, { time: after.time, _id: { $gt: after._id } }] }
      : {};
    const events = await AuditEvent.find({ ...whose, ...from })
      .sort({ time: 1, _id: 1 })
      .limit(BATCH)
      .lean<AuditEvent[]>();
    for (const event of events) {
      seen?.(event);
      // Who hasn't shown who they are may be the person themselves, who has mistyped their password.
      const own = about === 'subject' && event.actor === 'anonymous';
      const erased = own ? erasePersonal(erasePersonal(event, about), 'actor') : erasePersonal(event, about);
      if (erased !== event) await AuditEvent.updateOne({ _id: event._id }, changeTo(event, erased));
    }
    after = events.at(-1);
    if (!after || events.length < BATCH) return;
  }
}

const FIELDS = ['before', 'after', 'salts', 'erased', 'address', 'userAgent'] as const;

/** What else is in the event, its number above all, may be written at the same time. */
function changeTo(before: AuditEvent, after: AuditEvent): object {
  const changed = FIELDS.filter((name) => before[name] !== after[name]);
  const [kept, gone] = [changed.filter((name) => name in after), changed.filter((name) => !(name in after))];
  return {
    ...(kept.length ? { $set: Object.fromEntries(kept.map((name) => [name, after[name]])) } : {}),
    ...(gone.length ? { $unset: Object.fromEntries(gone.map((name) => [name, 1])) } : {}),
  };
}
