import { notFound } from '../lib/errors.js';
import { isId } from '../lib/ids.js';
import type { User } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { findUserByEmail } from './create-user.js';

/**
 * A user by id or e-mail address.
 * @throws RollcallError `not_found`
 */
export async function findUser(context: ServiceContext, reference: string): Promise<User> {
  const user = isId('usr', reference)
    ? await context.models.User.findById(reference).lean()
    : await findUserByEmail(context, reference);
  if (!user) throw notFound(`There is no user ${reference}.`);
  return user;
}
