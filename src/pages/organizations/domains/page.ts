import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { shownDomain } from '../../../lib/domain-name.js';
import type { Domain } from '../../../models/index.js';
import { MOST_DOMAINS } from '../../../services/domains/add-domain.js';
import { listDomains } from '../../../services/domains/find-domain.js';
import { recordOf } from '../../../services/domains/prove-domain.js';
import type { Message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor } from '../../frame.js';
import type { DomainView } from '../../view/domains-views.js';

/** What was typed or asked for on the page, and why it was refused. */
export interface Typed {
  name?: string;
  fault?: Message;
  refused?: Message | string;
  /** The domain that wasn't proved, and why. */
  failed?: { id: string; reason: Message; found: string[] };
}

/** All there are: no organization has more than a page of them. */
export async function domainsPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { name = '', fault, refused, failed }: Typed = {},
): Promise<void> {
  const { organization, actor } = visitor;
  const { services } = deps;
  const { data } = await listDomains(services, actor, organization._id, { limit: MOST_DOMAINS * 2 });
  const base = `/organizations/${organization.slug}`;
  const target = { organizationId: organization._id };
  ctx.body = deps.render('organizations/domains', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    now: services.clock.now(),
    domains: data.map((one) => viewOf(one, base, failed)),
    values: { name },
    errors: fault ? { name: fault } : {},
    refused: refused ?? null,
    joinsByDomain: organization.joinPolicy === 'domain',
    settingsUrl: can(actor, 'settings:write', target) ? `${base}/settings#joining` : null,
    mayMark: can(actor, 'instance:organizations'),
  });
}

const viewOf = (domain: Domain, base: string, failed: Typed['failed']): DomainView => ({
  id: domain._id,
  name: shownDomain(domain.name),
  href: `${base}/domains/${domain._id}`,
  verified: domain.status === 'verified',
  verifiedAt: domain.verifiedAt ?? null,
  byOperator: domain.verifiedBy === 'operator',
  lastCheckedAt: domain.lastCheckedAt ?? null,
  record: recordOf(domain),
  failed: failed?.id === domain._id ? failed : null,
});
