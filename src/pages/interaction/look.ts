import type { Organization } from '../../models/index.js';
import type { Login } from '../../oidc/interaction.js';
import { findOrganization } from '../../services/create-organization.js';
import type { PageDeps } from '../deps.js';
import type { LookView } from '../view/models.js';

/**
 * How the organization that a login names looks, where it has given itself a picture or a colour. Whoever asks isn't signed in: one that has
 * neither stays unnamed, as one that isn't there (R13), so that nobody's name is told who hasn't chosen to show it.
 */
export async function lookOfLogin({ services }: PageDeps, login: Login): Promise<LookView | null> {
  const named = login.params.organization;
  const found = named ? await findOrganization(services, named) : undefined;
  return found?.status === 'active' ? lookOf(found) : null;
}

/** Null where it has given itself none. */
export const lookOf = (organization: Organization | null | undefined): LookView | null =>
  organization?.picture || organization?.color ? organizationView(organization) : null;

export function organizationView(organization: Organization): LookView;
export function organizationView(organization: Organization | null | undefined): LookView | null;
export function organizationView(organization: Organization | null | undefined): LookView | null {
  if (!organization) return null;
  const { _id: id, name, picture = null, color = null } = organization;
  return { id, name, picture, color };
}
