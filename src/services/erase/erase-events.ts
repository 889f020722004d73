import type { AuditEvent } from '../../models/index.js';
import { type About, erasePersonal } from '../audit/personal.js';
import type { ServiceContext } from '../context.js';

const BATCH = 200;

/** Takes from the log what it says of a person: where they acted from, and who they were where something was done to them. */
export async function erasePersonalEvents(context: ServiceContext, userId: string): Promise<void> {
  const { AuditChain } = context.models;
  // Chain by chain, as the log's indexes have it.
  for (let after = ''; ; ) {
    const chains = await AuditChain.find({ _id: { $gt: after } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    for (const { _id } of chains) {
      await eraseIn(context, { organizationId: _id, actor: userId }, 'actor');
      await eraseIn(context, { organizationId: _id, subject: userId }, 'subject');
    }
    const last = chains.at(-1);
    if (!last || chains.length < BATCH) return;
    after = last._id;
  }
}

type Whose = { organizationId: string } & ({ actor: string } | { subject: string });

async function eraseIn({ models }: ServiceContext, whose: Whose, about: About): Promise<void> {
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
      const erased = erasePersonal(event, about);
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
