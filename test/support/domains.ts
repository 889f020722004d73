import type { Domain, Organization } from '../../src/models/index.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { takeDomain } from '../../src/services/domains/verify-domain.js';
import { makeUser } from './factories.js';

/** A domain that is proved to be the organization's. */
export const makeDomain = async (
  services: ServiceContext,
  organization: Pick<Organization, '_id' | 'slug'>,
  name: string,
): Promise<Domain> => takeDomain(services, SYSTEM, await addDomain(services, SYSTEM, organization, name), 'operator');

/** Somebody whose address isn't proved. */
export async function makeUnproved(services: ServiceContext, values: { email?: string; name?: string } = {}) {
  const user = await makeUser(services, values);
  await services.models.User.updateOne({ _id: user._id }, { $set: { emailVerified: false } });
  return { ...user, emailVerified: false };
}
