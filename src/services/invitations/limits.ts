/** What keeps invitations from flooding a mailbox, or the store: counters across processes, and a bound of what waits. */
import type { Connection } from 'mongoose';
import type { RateLimiterMongo } from 'rate-limiter-flexible';
import { type Actor, can } from '../../access/can.js';
import { conflict, RollcallError } from '../../lib/errors.js';
import { digest } from '../../lib/ids.js';
import { actorName, type ServiceContext } from '../context.js';
import { limiters, take } from '../limiters.js';

const DAY_SECONDS = 24 * 60 * 60;
const PER_ORGANIZATION = 2000;
const PER_PERSON = 1000;
/** Mails to one address, whoever sends them. */
const PER_ADDRESS = 20;
/** Mails of one invitation, the first not counted. */
const RESENDS = 5;
/** Invitations of an organization that nobody has answered. */
export const MOST_OPEN = 5000;

type Kind = 'organization' | 'person' | 'address' | 'resend';

const made = new WeakMap<Connection, Record<Kind, RateLimiterMongo>>();

function limitsOf({ models }: ServiceContext): Record<Kind, RateLimiterMongo> {
  const connection = models.RateLimit.db;
  const limiter = limiters(connection);
  const present = made.get(connection) ?? {
    organization: limiter('invitations:organization', PER_ORGANIZATION, DAY_SECONDS),
    person: limiter('invitations:person', PER_PERSON, DAY_SECONDS),
    address: limiter('invitations:address', PER_ADDRESS, DAY_SECONDS),
    resend: limiter('invitations:resend', RESENDS, DAY_SECONDS),
  };
  made.set(connection, present);
  return present;
}

interface Mailing {
  organizationId: string;
  email: string;
  /** Of one that is sent again. */
  invitationId?: string;
}

const tooMany = (reason: Kind, words: string) =>
  new RollcallError('too_many_mails', 429, words, { details: [{ reason }] });

/**
 * Counts a mail that is about to be sent. Operators and machines that reach the instance are trusted with how much they send, but nobody
 * fills one mailbox.
 * @throws RollcallError `too_many_mails`
 */
export async function countMail(
  context: ServiceContext,
  actor: Actor,
  { organizationId, email, invitationId }: Mailing,
): Promise<void> {
  const limits = limitsOf(context);
  if (invitationId && !(await take(limits.resend, invitationId)))
    throw tooMany('resend', 'This invitation was sent many times today. Send it again tomorrow, or copy its link.');
  const trusted = can(actor, 'instance:organizations');
  if (!trusted && !(await take(limits.person, digest('inviter', actorName(actor)))))
    throw tooMany('person', 'You have invited many people today. Invite more tomorrow.');
  if (!trusted && !(await take(limits.organization, organizationId)))
    throw tooMany('organization', 'This organization has invited many people today. Invite more tomorrow.');
  if (!(await take(limits.address, digest('invited', email))))
    throw tooMany('address', 'This address was sent many invitations today. Send the next one tomorrow.');
}

/** @throws RollcallError `too_many_invitations` */
export async function requireRoom({ models, clock }: ServiceContext, organizationId: string): Promise<void> {
  const open = { organizationId, status: 'pending', expiresAt: { $gt: clock.now() } } as const;
  if ((await models.Invitation.countDocuments(open, { limit: MOST_OPEN })) >= MOST_OPEN)
    throw conflict(
      'too_many_invitations',
      `An organization can have ${MOST_OPEN} invitations that nobody has answered. Revoke some first.`,
    );
}
