import { notFound } from '../lib/errors.js';
import { isId } from '../lib/ids.js';
import type { Membership, Organization } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { findUserByEmail } from './create-user.js';

/**
 * A member of an organization by the id of the membership or of the user, or by e-mail address. Who is a member elsewhere alone is as
 * unknown here as who doesn't exist (R13).
 * @throws RollcallError `not_found`
 */
export async function findMember(
  context: ServiceContext,
  { _id: organizationId, slug }: Pick<Organization, '_id' | 'slug'>,
  reference: string,
): Promise<Membership> {
  const { models } = context;
  const userId = isId('usr', reference) ? reference : (await findUserByEmail(context, reference))?._id;
  const membership = isId('mem', reference)
    ? await models.Membership.findById(reference).lean()
    : userId
      ? await models.Membership.findOne({ organizationId, userId }).lean()
      : null;
  if (membership?.organizationId !== organizationId || membership.status === 'removed')
    throw notFound(`There is no member ${reference} in ${slug}.`);
  return membership;
}
