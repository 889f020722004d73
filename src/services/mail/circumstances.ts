/** When and from where something was done, as a notice of it tells its person. */
import { requestFacts, userAgentOf } from '../../lib/request-facts.js';
import { describeUserAgent } from '../../lib/user-agent.js';
import type { User } from '../../models/index.js';
import type { ServiceContext } from '../context.js';

export interface Circumstances {
  at: Date;
  /** By whose clocks: the person's own, where their profile says so. */
  zone: string;
  /** Null where it wasn't the person, or no request. */
  from: { address: string; browser: string | null; system: string | null } | null;
}

/** Those of the request under way. */
export function circumstancesFor({ clock }: ServiceContext, { profile }: Pick<User, 'profile'>): Circumstances {
  const facts = requestFacts();
  return {
    at: clock.now(),
    zone: knownZone(profile?.zoneinfo) ?? 'UTC',
    from: facts ? { address: facts.address, ...describeUserAgent(userAgentOf(facts)) } : null,
  };
}

function knownZone(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || zone === '') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
