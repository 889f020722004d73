/** What an application may do, in the words in which the consent page asked for it. */
import { apiAt } from '../../oidc/management-api.js';
import type { Runtime } from '../../oidc/runtime.js';
import { ROLE_SCOPE } from '../../oidc/settings/scopes.js';
import type { CatalogSnapshot } from '../../services/catalog.js';
import type { Texts } from '../../texts/catalogue.js';

interface Given {
  /** As a consent writes them: `consentTo` in services/consents.ts. */
  scopes: readonly string[];
  organization: { name: string } | null;
  email: string;
}

/** One line each; what says nothing to people is left out. */
export function accessWords(
  { t, list }: Texts,
  runtime: Runtime,
  catalog: CatalogSnapshot,
  { scopes, organization, email }: Given,
): { icon: string; text: string }[] {
  const has = (scope: string) => scopes.includes(scope);
  const known = [
    ...(has('profile') || has('claims name') ? [t('claim-name', { place: 'first' })] : []),
    ...(has('email') || has('claims email') ? [email] : []),
  ];
  const identity = known.length ? t('access-identity', { what: list(known) }) : t('consent-identity');
  const roles = scopes.filter((scope) => scope.startsWith(ROLE_SCOPE)).map((scope) => scope.slice(ROLE_SCOPE.length));
  return [
    { icon: 'user', text: identity },
    ...(organization ? [{ icon: 'shield-check', text: t('consent-roles', { organization: organization.name }) }] : []),
    ...roles.map((role) => ({ icon: 'user-check', text: t('consent-act-as', { role }) })),
    ...permissionWords(runtime, catalog, scopes),
    ...(has('offline_access') ? [{ icon: 'refresh-cw', text: t('consent-away') }] : []),
  ];
}

/** An API or permission that is gone gives nothing any more. */
function permissionWords(runtime: Runtime, catalog: CatalogSnapshot, scopes: readonly string[]) {
  return scopes.flatMap((scope) => {
    const [identifier = '', key] = scope.split(' ');
    const found = key && apiAt(runtime, catalog, identifier)?.permissions.find((one) => one.key === key);
    return found ? [{ icon: 'scroll-text', text: found.description ?? found.key }] : [];
  });
}
