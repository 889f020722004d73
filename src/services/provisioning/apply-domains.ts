/** An organization's `domains` are all that are proved to be its own; those that wait for proof are left alone. */
import { domainName, shownDomain } from '../../lib/domain-name.js';
import { RollcallError } from '../../lib/errors.js';
import { SYSTEM } from '../context.js';
import { addDomain } from '../domains/add-domain.js';
import { findDomain } from '../domains/find-domain.js';
import { removeDomain } from '../domains/remove-domain.js';
import { takeDomain } from '../domains/verify-domain.js';
import type { Execution } from './execution.js';
import type { Step } from './plan.js';
import type { OrganizationEntry, ProvisioningFile } from './schema.js';
import type { StoredState } from './state.js';

/** As they are kept, each once; undefined where the file doesn't say. */
export const domainsOfEntry = ({ domains }: OrganizationEntry): string[] | undefined =>
  domains && [...new Set(domains.flatMap((text) => domainName(text) ?? []))];

/** All that go before any comes: one may go from one organization of the file to another. */
export function planDomains({ organizations = [] }: ProvisioningFile, state: StoredState): Step[] {
  const each = organizations.flatMap((entry, i) => {
    const wanted = domainsOfEntry(entry);
    const stored = state.organizations.get(entry.slug);
    const present = (stored && state.domains.get(stored._id)) ?? [];
    return wanted ? [{ slug: entry.slug, path: `organizations[${i}].domains`, wanted, present }] : [];
  });
  const going = each.flatMap(({ slug, path, wanted, present }) =>
    present.filter((name) => !wanted.includes(name)).map((name) => removing(slug, path, name)),
  );
  const coming = each.flatMap(({ slug, path, wanted, present }) =>
    wanted.filter((name) => !present.includes(name)).map((name) => adding(slug, path, name)),
  );
  return [...going, ...coming];
}

const step = (verb: 'add' | 'remove', slug: string, path: string, name: string, run: Step['run']): Step => ({
  path,
  verb,
  object: `the domain ${shownDomain(name)} of ${slug}`,
  properties: [],
  run,
});

const removing = (slug: string, path: string, name: string): Step =>
  step('remove', slug, path, name, async (execution) => {
    const found = await find(execution, slug, name);
    if (!found) return { verb: null };
    await removeDomain(execution.context, SYSTEM, found);
    return undefined;
  });

const adding = (slug: string, path: string, name: string): Step =>
  step('add', slug, path, name, async (execution) => {
    const { context } = execution;
    const domain =
      (await find(execution, slug, name)) ??
      (await addDomain(context, SYSTEM, await execution.organization(slug), name));
    await takeDomain(context, SYSTEM, domain, 'operator');
    return undefined;
  });

async function find({ context, organization }: Execution, slug: string, name: string) {
  try {
    return await findDomain(context, (await organization(slug))._id, name);
  } catch (error) {
    if (error instanceof RollcallError && error.code === 'not_found') return undefined;
    throw error;
  }
}
