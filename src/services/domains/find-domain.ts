import type { Actor } from '../../access/can.js';
import { domainName } from '../../lib/domain-name.js';
import { notFound } from '../../lib/errors.js';
import type { Domain, Organization } from '../../models/index.js';
import { claimOwner } from '../claim-name.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { requirePermission } from '../require.js';

/** Those that were removed wait for their events alone. */
const THERE = { $in: ['pending', 'verified'] as ('pending' | 'verified')[] };
const SHOWN = { pendingEvents: 0 } as const;

/**
 * An organization's domains, by name.
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function listDomains(
  { models }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { limit, after = '' }: PageRequest,
): Promise<Page<Domain>> {
  requirePermission(actor, 'domains:write', organizationId);
  const rows = await models.Domain.find({ organizationId, name: { $gt: after }, status: THERE }, SHOWN)
    .sort({ name: 1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, (one) => one.name);
}

/** One of an organization's, by its id or as people write it. @throws RollcallError `not_found` */
export async function findDomain(
  { models }: ServiceContext,
  organizationId: string,
  reference: string,
): Promise<Domain> {
  const name = reference.startsWith('dom_') ? undefined : domainName(reference);
  const which = reference.startsWith('dom_') ? { _id: reference, organizationId } : { organizationId, name };
  const found = which._id || name ? await models.Domain.findOne({ ...which, status: THERE }, SHOWN).lean() : null;
  if (!found) throw notFound();
  return found;
}

/** The names that are proved to be an organization's, sorted. */
export async function verifiedDomains({ models }: ServiceContext, organizationId: string): Promise<string[]> {
  const found = await models.Domain.find({ organizationId, status: 'verified' }, { name: 1 }).lean();
  return found.map(({ name }) => name).sort();
}

/** Whose a domain is: the claim decides, and the document that holds it says so too. */
export async function ownerOfDomain(context: ServiceContext, name: string): Promise<Organization['_id'] | undefined> {
  const id = await claimOwner(context, 'domain', name);
  const found = id
    ? await context.models.Domain.findOne({ _id: id, name, status: 'verified' }, { organizationId: 1 }).lean()
    : null;
  return found?.organizationId;
}
