import type { Actor } from '../../access/can.js';
import { conflict, invalid, isDuplicateKey, notFound, tooMany } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Organization } from '../../models/index.js';
import { event, type ServiceContext } from '../context.js';
import { mayAskToJoin } from '../join-policy.js';
import { limiters, networkOf, take } from '../limiters.js';
import { PRESENT } from '../reads.js';
import { ASK_AGAIN_MS, UNANSWERED_MS } from './ask-again.js';
import { closeJoinRequest } from './close.js';

export const MESSAGE_MAX = 500;

const DAY_SECONDS = 24 * 60 * 60;
const PER_PERSON = 10;
const PER_ORGANIZATION = 200;
const PER_NETWORK = 60;

/** Somebody who wants to join. */
export interface Asking {
  organization: Organization;
  userId: string;
  /** What they write to the administrators. */
  message: string;
  /** Where the request comes from. */
  address: string;
}

/** What somebody has asked before, where it still says something to them. */
export async function requestOf(
  { models, clock }: ServiceContext,
  organizationId: string,
  userId: string,
): Promise<'pending' | 'declined' | undefined> {
  const found = await models.JoinRequest.findOne({ organizationId, userId }, { status: 1, decidedAt: 1 }).lean();
  if (!found || found.status === 'accepted') return undefined;
  if (found.status === 'pending') return 'pending';
  return (found.decidedAt?.getTime() ?? 0) > clock.now().getTime() - ASK_AGAIN_MS ? 'declined' : undefined;
}

/**
 * Asks the administrators of an organization to be let in. Asked twice it is one request.
 * @throws RollcallError `not_found` where one may not ask, as for an unknown organization; `asked_lately` within a week after it was declined;
 * `invalid` for a message that is too long; `too_many_requests`
 */
export async function askToJoin(
  context: ServiceContext,
  actor: Actor,
  { organization, userId, message, address }: Asking,
): Promise<void> {
  if (!(await mayAskToJoin(context, organization, userId))) throw notFound();
  const text = message.trim();
  if ([...text].length > MESSAGE_MAX) throw invalid(`A message has ${MESSAGE_MAX} characters at most.`);
  const before = await requestOf(context, organization._id, userId);
  if (before === 'pending') return;
  if (before === 'declined') throw askedLately();
  if (!(await isWithinLimits(context, organization._id, userId, address)))
    throw tooMany('Too many people have asked to join lately, or you have. Try again tomorrow.');
  const user = await context.reads.user(userId);
  const asked = event(context, actor, 'join_request.made', userId, {
    organizationId: organization._id,
    after: { name: user?.name ?? '' },
  });
  const { _id: organizationId } = organization;
  await write(context, organizationId, userId, { text, asked });
  // Whoever let them in meanwhile has looked for a request before there was this one.
  if (await context.models.Membership.exists({ organizationId, userId, ...PRESENT }))
    return closeJoinRequest(context, actor, { organizationId, userId });
  context.joinAsked?.();
}

export const askedLately = () =>
  conflict('asked_lately', 'Your last request was declined. You can ask again a week after that.');

async function write(
  { models, clock }: ServiceContext,
  organizationId: string,
  userId: string,
  { text, asked }: { text: string; asked: ReturnType<typeof event> },
): Promise<void> {
  const now = clock.now();
  const anew = {
    status: 'pending' as const,
    waiting: true,
    untold: true,
    askedAt: now,
    forgetAt: new Date(now.getTime() + UNANSWERED_MS),
    updatedAt: now,
    ...(text ? { message: text } : {}),
  };
  const over = [
    { status: 'accepted' as const, waiting: false },
    { status: 'declined' as const, decidedAt: { $lte: new Date(now.getTime() - ASK_AGAIN_MS) } },
  ];
  const { matchedCount } = await models.JoinRequest.updateOne(
    { organizationId, userId, $or: over },
    { $set: anew, $unset: { decidedAt: 1, ...(text ? {} : { message: 1 }) }, $push: { pendingEvents: asked } },
  );
  if (matchedCount === 1) return;
  try {
    const _id = newId('jrq');
    await models.JoinRequest.create({ _id, organizationId, userId, ...anew, createdAt: now, pendingEvents: [asked] });
  } catch (error) {
    // They have asked at the same moment, or somebody has declined.
    if (!isDuplicateKey(error)) throw error;
    if (await models.JoinRequest.exists({ organizationId, userId, status: 'declined' })) throw askedLately();
  }
}

/** Against who fills administrators' lists: by person, by organization, by network. */
async function isWithinLimits(
  { models }: ServiceContext,
  organizationId: string,
  userId: string,
  address: string,
): Promise<boolean> {
  const limiter = limiters(models.RateLimit.db);
  return (
    (await take(limiter('join-request:user', PER_PERSON, DAY_SECONDS), userId)) &&
    (await take(limiter('join-request:network', PER_NETWORK, DAY_SECONDS), networkOf(address))) &&
    (await take(limiter('join-request:organization', PER_ORGANIZATION, DAY_SECONDS), organizationId))
  );
}
