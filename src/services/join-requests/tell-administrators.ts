/**
 * Administrators are told by mail that people ask to join, once an hour and organization at most: what comes meanwhile is gathered into the
 * next. One conditional update of the organization decides which process tells.
 */
import type { Background } from '../../lib/background.js';
import { isStoreAway } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { sendMail } from '../mail/index.js';
import { languageOfUser } from '../mail/language-of-user.js';

const LOOK_EVERY_MS = 60_000;
const HOUR_MS = 60 * 60 * 1000;
const BATCH = 200;
/** More administrators than these needn't hear of it. */
const MOST_TOLD = 20;

export function startJoinRequestWork(context: ServiceContext, background: Background, issuer: string): void {
  const teller = background.every('tell of requests to join', LOOK_EVERY_MS, async () => {
    await tellAdministrators(context, issuer).catch((error: unknown) => {
      // With the store away there is nothing to find, and the requests say so.
      if (!isStoreAway(error)) throw error;
    });
  });
  context.joinAsked = () => teller.kick();
}

/** Tells of what nobody has been told of yet, where the last mail is an hour old. */
export async function tellAdministrators(context: ServiceContext, issuer: string): Promise<void> {
  const { models } = context;
  const untold = await models.JoinRequest.find({ untold: true }, { organizationId: 1 })
    .sort({ askedAt: 1 })
    .limit(BATCH)
    .lean();
  for (const organizationId of new Set(untold.map((one) => one.organizationId))) {
    const organization = await takeTurn(context, organizationId);
    if (organization) await tell(context, organization, issuer);
  }
}

/** @returns undefined where the last mail is too young, or another process tells */
async function takeTurn({ models, clock }: ServiceContext, _id: string): Promise<Organization | undefined> {
  const now = clock.now();
  const organization = await models.Organization.findOneAndUpdate(
    { _id, toldOfRequestsAt: { $not: { $gt: new Date(now.getTime() - HOUR_MS) } } },
    { $set: { toldOfRequestsAt: now } },
    { returnDocument: 'after', lean: true },
  );
  return (organization as Organization | null) ?? undefined;
}

async function tell(context: ServiceContext, organization: Organization, issuer: string): Promise<void> {
  const { models } = context;
  const { _id: organizationId, name, slug, status, administrators } = organization;
  const waiting = { organizationId, waiting: true, status: 'pending' as const };
  const [count, rows] = await Promise.all([
    models.JoinRequest.countDocuments(waiting),
    models.JoinRequest.find({ ...waiting, untold: true }, { _id: 1 }).lean(),
  ]);
  // An address that isn't proved may be anybody's.
  const people = await models.User.find({
    _id: { $in: administrators.slice(0, MOST_TOLD) },
    status: 'active',
    emailVerified: true,
  }).lean();
  const about = { organization: name, count, link: `${issuer}/organizations/${slug}/requests` };
  // Nobody answers in one that is suspended or deleted: whom it waits for is in the list once it is back.
  if (count > 0 && status === 'active')
    for (const person of people)
      await sendMail(context, { kind: 'join-request', to: person.email, language: languageOfUser(person), about });
  // Afterwards: who dies in between tells again in an hour.
  await models.JoinRequest.updateMany({ _id: { $in: rows.map(({ _id }) => _id) } }, { $unset: { untold: 1 } });
}
