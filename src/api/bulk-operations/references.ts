import { invalid, RollcallError } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import { nameKey } from '../../services/change-group.js';
import type { ServiceContext } from '../../services/context.js';
import { findRole } from '../../services/find-role.js';
import { vocabularyOf } from '../../services/vocabulary.js';

const unknown = (path: string, message: string) => invalid('Something is not known here.', [{ path, message }]);

/** The id of a role that a body names by key or id. @throws RollcallError `invalid` with the path of what isn't known there */
export async function roleIdOf(
  services: ServiceContext,
  { _id }: Organization,
  reference: string | undefined,
  path: string,
): Promise<string | undefined> {
  if (reference === undefined) return undefined;
  try {
    return (await findRole(services, _id, reference))._id;
  } catch (error) {
    if (error instanceof RollcallError && error.status === 404) throw unknown(path, `there is no role ${reference}`);
    throw error;
  }
}

/** The id of a group, by its id or name. @throws as of `roleIdOf` */
export async function groupIdOf(
  services: ServiceContext,
  organization: Organization,
  reference: string | undefined,
  path: string,
): Promise<string | undefined> {
  if (reference === undefined) return undefined;
  const { groups } = await vocabularyOf(services, organization);
  const key = nameKey(reference);
  const found = groups.get(reference) ?? [...groups.values()].find((group) => group.nameKey === key);
  if (!found) throw unknown(path, `there is no group ${reference}`);
  return found._id;
}
