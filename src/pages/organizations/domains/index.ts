/** An organization's domains: adding one, proving it, taking it away. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import { shownDomain } from '../../../lib/domain-name.js';
import { notFound, type RollcallError } from '../../../lib/errors.js';
import { field, formBody } from '../../../middleware/form-body.js';
import type { Domain } from '../../../models/index.js';
import { addDomain, type DomainFault } from '../../../services/domains/add-domain.js';
import { findDomain } from '../../../services/domains/find-domain.js';
import { type NotProved, proveDomain } from '../../../services/domains/prove-domain.js';
import { removeDomain } from '../../../services/domains/remove-domain.js';
import { markDomainVerified } from '../../../services/domains/verify-domain.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { type Visitor, visitorOf } from '../../frame.js';
import type { Notice } from '../../notice.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';
import { domainsPage } from './page.js';

const DOMAINS = '/organizations/:slug/domains';
const DOMAIN = `${DOMAINS}/:domain`;

export function domainPages(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(DOMAINS, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'domains:write');
    if (visitor) await domainsPage(deps, ctx, visitor);
  });
  router.post(DOMAINS, formBody, check, async (ctx) => submitDomain(deps, ctx));
  router.post(`${DOMAIN}/check`, formBody, check, async (ctx) => submitCheck(deps, ctx));
  router.post(`${DOMAIN}/verify`, formBody, check, async (ctx) => submitMark(deps, ctx));
  router.get(`${DOMAIN}/remove`, async (ctx) => showRemove(deps, ctx));
  router.post(`${DOMAIN}/remove`, formBody, check, async (ctx) => submitRemove(deps, ctx));
}

const pathOf = ({ organization }: Visitor) => `/organizations/${organization.slug}/domains`;

const FAULTS: Readonly<Record<DomainFault, Message>> = {
  missing: message('fault-domain-missing'),
  malformed: message('fault-domain-malformed'),
  shared: message('fault-domain-shared'),
};

async function submitDomain(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'domains:write');
  if (!visitor) return;
  const name = field(ctx, 'name');
  await carryOut(deps, ctx, {
    async act() {
      const added = await addDomain(deps.services, visitor.actor, visitor.organization, name);
      return { text: message('domain-added', { domain: shownDomain(added.name) }) };
    },
    next: pathOf(visitor),
    again(refused, error) {
      const { reason } = (error.details[0] ?? {}) as { reason?: DomainFault };
      const fault = reason ? FAULTS[reason] : error.code === 'domain_added' ? message('fault-domain-there') : undefined;
      return domainsPage(deps, ctx, visitor, { name, ...(fault ? { fault } : { refused }) });
    },
  });
}

const NOT_PROVED: Readonly<Record<NotProved, Message>> = {
  no_record: message('domain-no-record'),
  other_value: message('domain-other-value'),
  no_answer: message('domain-no-answer'),
};

/** Why a domain isn't the organization's, in words that stand beside it. */
function reasonOf(error: RollcallError): { reason: Message; found: string[] } | undefined {
  if (error.code === 'domain_taken') return { reason: message('domain-taken'), found: [] };
  if (error.code === 'checked_just_now') return { reason: message('domain-checked-just-now'), found: [] };
  if (error.code !== 'domain_not_proved') return undefined;
  const { reason, found } = error.details[0] as { reason: NotProved; found: string[] };
  return { reason: NOT_PROVED[reason], found };
}

const submitCheck = (deps: PageDeps, ctx: Context) =>
  verify(deps, ctx, (visitor, domain) => proveDomain(deps.services, visitor.actor, domain));

const submitMark = (deps: PageDeps, ctx: Context) =>
  verify(deps, ctx, (visitor, domain) => {
    if (!can(visitor.actor, 'instance:organizations')) throw notFound();
    return markDomainVerified(deps.services, visitor.actor, domain);
  });

async function verify(
  deps: PageDeps,
  ctx: Context,
  how: (visitor: Visitor, domain: Domain) => Promise<Domain>,
): Promise<void> {
  const found = await domainOf(deps, ctx);
  if (!found) return;
  const { visitor, domain } = found;
  await carryOut(deps, ctx, {
    async act(): Promise<Notice> {
      await how(visitor, domain);
      return { text: message('domain-verified', { domain: shownDomain(domain.name) }) };
    },
    next: pathOf(visitor),
    again(refused, error) {
      const failed = reasonOf(error);
      return domainsPage(deps, ctx, visitor, failed ? { failed: { id: domain._id, ...failed } } : { refused });
    },
  });
}

async function showRemove(deps: PageDeps, ctx: Context): Promise<void> {
  const found = await domainOf(deps, ctx);
  if (found) removePage(deps, ctx, found);
}

async function submitRemove(deps: PageDeps, ctx: Context): Promise<void> {
  const found = await domainOf(deps, ctx);
  if (!found) return;
  const { visitor, domain } = found;
  await carryOut(deps, ctx, {
    async act() {
      await removeDomain(deps.services, visitor.actor, domain);
      return { text: message('domain-removed', { domain: shownDomain(domain.name) }) };
    },
    next: pathOf(visitor),
    again: (refused) => removePage(deps, ctx, found, refused),
  });
}

function removePage(
  deps: PageDeps,
  ctx: Context,
  { visitor, domain }: { visitor: Visitor; domain: Domain },
  refused: Message | string | null = null,
): void {
  const back = pathOf(visitor);
  askFirst(deps, ctx, visitor, {
    action: `${back}/${domain._id}/remove`,
    crumbs: [{ label: message('nav-domains'), href: back }],
    heading: message('domain-remove-question', { domain: shownDomain(domain.name) }),
    lines: [domain.status === 'verified' ? message('domain-remove-text') : message('domain-remove-pending')],
    back,
    refused,
  });
}

/** The domain of the path, where the organization has it. @throws RollcallError `not_found` */
async function domainOf(deps: PageDeps, ctx: Context): Promise<{ visitor: Visitor; domain: Domain } | undefined> {
  const visitor = await visitorOf(deps, ctx, 'domains:write');
  if (!visitor) return undefined;
  const domain = await findDomain(deps.services, visitor.organization._id, ctx.params.domain ?? '');
  return { visitor, domain };
}
