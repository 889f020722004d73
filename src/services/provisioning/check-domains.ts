import { SYSTEM_ORGANIZATION } from '../../access/can.js';
import { domainName, shownDomain } from '../../lib/domain-name.js';
import { domainsOfEntry } from './apply-domains.js';
import type { Report } from './faults.js';
import type { Reading } from './read-shape.js';
import type { StoredState } from './state.js';

/** A domain is one organization's, in the file and in the store, and none that everybody has an address under. */
export function checkDomains({ file }: Reading, state: StoredState, fault: Report): void {
  const { organizations = [] } = file;
  /** What the file makes of the organizations whose domains it says. */
  const declared = new Map(organizations.map((entry) => [entry.slug, domainsOfEntry(entry)]));
  const taken = new Map<string, string>();
  organizations.forEach((entry, o) => {
    (entry.domains ?? []).forEach((text, d) => {
      const name = domainName(text);
      const path = `organizations[${o}].domains[${d}]`;
      if (!name) return;
      const shown = shownDomain(name);
      if (entry.slug === SYSTEM_ORGANIZATION)
        return fault(path, 'the operators’ own organization is joined by invitation alone');
      if (state.sharedDomains.has(name))
        return fault(path, `everybody may have an address under ${shown}: it can’t be one organization’s`);
      if (taken.has(name)) return fault(path, `${shown} is there twice`);
      taken.set(name, entry.slug);
      const owner = state.domainOwners.get(name);
      if (!owner || owner === entry.slug) return;
      const after = declared.get(owner);
      if (!after || after.includes(name)) fault(path, `${shown} belongs to the organization ${owner} already`);
    });
  });
}
