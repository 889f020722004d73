import { shownDomain } from '../../lib/domain-name.js';
import type { Domain } from '../../models/index.js';
import { addDomain } from '../../services/domains/add-domain.js';
import { findDomain, listDomains } from '../../services/domains/find-domain.js';
import { proveDomain, recordOf } from '../../services/domains/prove-domain.js';
import { removeDomain } from '../../services/domains/remove-domain.js';
import { markDomainVerified } from '../../services/domains/verify-domain.js';
import { inOrganization, type Noun, type OrganizationCall, pageAnswer } from '../endpoint.js';
import { domain, domainChange, domainList, newDomain } from './schema.js';

const present = (one: Domain) => ({
  id: one._id,
  name: one.name,
  displayName: shownDomain(one.name),
  status: one.status,
  verifiedAt: one.verifiedAt?.toISOString() ?? null,
  verifiedBy: one.verifiedBy ?? null,
  lastCheckedAt: one.lastCheckedAt?.toISOString() ?? null,
  record: recordOf(one),
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

const ofPath = ({ services, organization, params }: Pick<OrganizationCall, 'services' | 'organization' | 'params'>) =>
  findDomain(services, organization._id, params.domain as string);

export const domains: Noun = {
  name: 'domains',
  description:
    'Domains that are proved to be an organization’s: with the join policy `domain`, who has a verified address there may join. A domain belongs to one organization.',
  endpoints: [
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/domains',
      operationId: 'listDomains',
      summary: 'List domains',
      permissions: ['domains:write'],
      list: true,
      answer: { status: 200, description: 'A page of domains, by name.', schema: domainList },
      handle: async ({ services, actor, organization, page }) =>
        pageAnswer(await listDomains(services, actor, organization._id, page), present),
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/domains',
      operationId: 'addDomain',
      summary: 'Add a domain',
      description: 'It gives nothing until it is proved. Public mail providers’ domains are refused.',
      permissions: ['domains:write'],
      body: newDomain,
      answer: { status: 201, description: 'The domain, with the record that proves it.', schema: domain },
      conflicts: ['domain_added', 'too_many_domains', 'built_in'],
      async handle({ services, actor, organization, body: { name } }) {
        const added = await addDomain(services, actor, organization, name);
        return { body: present(added), location: `/organizations/${organization._id}/domains/${added.name}` };
      },
    }),
    inOrganization({
      method: 'get',
      path: '/organizations/{org}/domains/{domain}',
      operationId: 'getDomain',
      summary: 'Read a domain',
      permissions: ['domains:write'],
      answer: { status: 200, description: 'The domain.', schema: domain },
      handle: async (call) => ({ body: present(await ofPath(call)) }),
    }),
    inOrganization({
      method: 'post',
      path: '/organizations/{org}/domains/{domain}/verify',
      operationId: 'verifyDomain',
      summary: 'Prove a domain by its record',
      description:
        'Looks for the TXT record now, at most once in five seconds. Where it doesn’t prove the domain, `details` say why (`no_record`, `other_value`, `no_answer`) and what was found.',
      permissions: ['domains:write'],
      answer: { status: 200, description: 'The domain, which is verified.', schema: domain },
      conflicts: ['domain_not_proved', 'domain_taken'],
      handle: async (call) => ({ body: present(await proveDomain(call.services, call.actor, await ofPath(call))) }),
    }),
    inOrganization({
      method: 'patch',
      path: '/organizations/{org}/domains/{domain}',
      operationId: 'markDomainVerified',
      summary: 'Mark a domain as verified',
      description: 'An operator’s word, without a record.',
      permissions: ['instance:organizations'],
      body: domainChange,
      answer: { status: 200, description: 'The domain, which is verified.', schema: domain },
      conflicts: ['domain_taken'],
      handle: async (call) => ({
        body: present(await markDomainVerified(call.services, call.actor, await ofPath(call))),
      }),
    }),
    inOrganization({
      method: 'delete',
      path: '/organizations/{org}/domains/{domain}',
      operationId: 'removeDomain',
      summary: 'Remove a domain',
      description: 'Who has joined by it stays a member.',
      permissions: ['domains:write'],
      answer: { status: 204, description: 'The domain is gone.' },
      async handle(call) {
        await removeDomain(call.services, call.actor, await ofPath(call));
        return {};
      },
    }),
  ],
};
