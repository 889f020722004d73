/** What is offered to who could join by their address alone (R10): an organization whose domain it is in. */
import { domainOfAddress, shownDomain } from '../lib/domain-name.js';
import { offeredOrganization } from '../services/join-policy.js';
import type { PageDeps } from './deps.js';
import { organizationView } from './interaction/look.js';
import type { OfferView } from './view/domains-views.js';

/**
 * The organizations that a person may join and isn't in, as `views/partials/offers.ejs` shows them.
 * @param action where the answer goes, with the organization's id; null: to the organization's own page of joining
 */
export async function offersTo({ services }: PageDeps, userId: string, action: string | null): Promise<OfferView[]> {
  const user = await services.reads.user(userId);
  const found = user && (await offeredOrganization(services, user));
  if (!found) return [];
  const domain = shownDomain(domainOfAddress(user.email));
  return [{ ...organizationView(found), domain, action, href: `/join/${found.slug}` }];
}
