import type { Actor } from '../../access/can.js';
import { createTextLookup, DnsUnanswered } from '../../lib/dns.js';
import { shownDomain } from '../../lib/domain-name.js';
import { conflict, notFound, RollcallError } from '../../lib/errors.js';
import type { Domain } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { limiters, take } from '../limiters.js';
import { requirePermission } from '../require.js';
import { takeDomain } from './verify-domain.js';

/** Between two looks at one record. */
const BETWEEN_CHECKS_MS = 5000;
/** Looks of one organization in fifteen minutes: names are asked of others' servers. */
const CHECKS_PER_ORGANIZATION = 120;
/** Of what was found instead, so much is shown. */
const MOST_SHOWN = 5;
const MOST_CHARACTERS = 120;

/** Why a record doesn't prove a domain. */
export type NotProved = 'no_record' | 'other_value' | 'no_answer';

/** The record that proves a domain. */
export const recordOf = ({ name, token }: Pick<Domain, 'name' | 'token'>) => ({
  name: `_rollcall.${name}`,
  type: 'TXT' as const,
  value: `rollcall-verification=${token}`,
});

const WORDS: Readonly<Record<NotProved, (name: string) => string>> = {
  no_record: (name) => `There is no TXT record at ${name} yet.`,
  other_value: (name) => `The TXT record at ${name} holds something else.`,
  no_answer: (name) => `No DNS server answered for ${name} in time.`,
};

/**
 * Looks for the record of a domain, and makes the domain the organization's where it is there. It stays so: nobody looks again.
 * @throws RollcallError `domain_not_proved` with the `reason` and what was `found`, `domain_taken`, `checked_just_now`, `not_found`,
 * `forbidden`
 */
export async function proveDomain(context: ServiceContext, actor: Actor, domain: Domain): Promise<Domain> {
  requirePermission(actor, 'domains:write', domain.organizationId);
  if (domain.status === 'verified') return domain;
  await takeTurn(context, domain);
  const record = recordOf(domain);
  const found = await (context.lookUpTexts ?? createTextLookup())(record.name).catch((error: unknown) => {
    if (error instanceof DnsUnanswered) return undefined;
    throw error;
  });
  const shown = (found ?? []).slice(0, MOST_SHOWN).map((text) => text.slice(0, MOST_CHARACTERS));
  const refused = (reason: NotProved) =>
    conflict('domain_not_proved', WORDS[reason](shownDomain(record.name)), [{ reason, found: shown }]);
  if (!found) throw refused('no_answer');
  if (found.length === 0) throw refused('no_record');
  if (!found.some((text) => text.trim() === record.value)) throw refused('other_value');
  return takeDomain(context, actor, domain, 'dns');
}

/** One look at a time, whoever asks for it and by whichever process. */
async function takeTurn(context: ServiceContext, { _id, organizationId }: Domain): Promise<void> {
  const { models, clock } = context;
  const now = clock.now();
  const { matchedCount } = await models.Domain.updateOne(
    {
      _id,
      status: { $ne: 'removed' },
      // Null: it was never looked for.
      lastCheckedAt: { $not: { $gt: new Date(now.getTime() - BETWEEN_CHECKS_MS) } },
    },
    { $set: { lastCheckedAt: now } },
  );
  if (matchedCount !== 1) {
    if (!(await models.Domain.exists({ _id, status: { $ne: 'removed' } }))) throw notFound();
    throw tooSoon();
  }
  const checks = limiters(models.RateLimit.db)('domain-check:organization', CHECKS_PER_ORGANIZATION);
  if (!(await take(checks, organizationId))) throw tooSoon();
}

const tooSoon = () =>
  new RollcallError('checked_just_now', 429, 'This was looked for a moment ago. Try again in a few seconds.');
