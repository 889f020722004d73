import { type Actor, SYSTEM_ORGANIZATION } from '../../access/can.js';
import { domainName, shownDomain } from '../../lib/domain-name.js';
import { conflict, invalid, isDuplicateKey } from '../../lib/errors.js';
import { newId, newSecret } from '../../lib/ids.js';
import { isSharedDomain } from '../../lib/shared-domains.js';
import type { Domain, Organization } from '../../models/index.js';
import { event, type ServiceContext } from '../context.js';
import { requirePermission } from '../require.js';

/** Domains that an organization can have. It keeps nobody from anything but filling the store: who adds two at once may be one over. */
export const MOST_DOMAINS = 50;

/** Why a domain isn't taken. */
export type DomainFault = 'missing' | 'malformed' | 'shared';

/** @returns why this can be nobody's domain, by itself; undefined where it can */
export async function domainFault(text: string): Promise<DomainFault | undefined> {
  if (!text.trim()) return 'missing';
  const name = domainName(text);
  if (!name) return 'malformed';
  return (await isSharedDomain(name)) ? 'shared' : undefined;
}

export const DOMAIN_FAULTS: Readonly<Record<DomainFault, string>> = {
  missing: 'A domain is missing.',
  malformed: 'Expected a domain such as acme.example.',
  shared: 'Everybody may have an address under this domain, so it can’t be one organization’s.',
};

/**
 * Adds a domain, which gives nothing until it is proved; others may add the same until then.
 * @throws RollcallError `invalid` with the `reason` (`DomainFault`), `domain_added`, `too_many_domains`, `built_in`, `not_found`, `forbidden`
 */
export async function addDomain(
  context: ServiceContext,
  actor: Actor,
  { _id: organizationId, slug }: Pick<Organization, '_id' | 'slug'>,
  text: string,
): Promise<Domain> {
  requirePermission(actor, 'domains:write', organizationId);
  if (slug === SYSTEM_ORGANIZATION)
    throw conflict('built_in', 'The operators’ own organization is joined by invitation alone.');
  const reason = await domainFault(text);
  if (reason) throw invalid(DOMAIN_FAULTS[reason], [{ path: 'name', message: DOMAIN_FAULTS[reason], reason }]);
  const { models, clock } = context;
  const name = domainName(text) as string;
  if ((await models.Domain.countDocuments({ organizationId, status: { $ne: 'removed' } })) >= MOST_DOMAINS)
    throw conflict('too_many_domains', `An organization can have ${MOST_DOMAINS} domains.`);
  const now = clock.now();
  const domain: Domain = {
    _id: newId('dom'),
    organizationId,
    name,
    token: newSecret(),
    status: 'pending',
    createdAt: now,
    updatedAt: now,
  };
  const added = event(context, actor, 'domain.added', shownDomain(name), { organizationId });
  await models.Domain.create({ ...domain, pendingEvents: [added] }).catch((error: unknown) => {
    throw isDuplicateKey(error) ? conflict('domain_added', `${shownDomain(name)} is there already.`) : error;
  });
  return domain;
}
