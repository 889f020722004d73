import { invalid, RollcallError } from '../lib/errors.js';
import type { ServiceContext } from '../services/context.js';
import { findRole } from '../services/find-role.js';

/**
 * The ids of roles that a body names by key or id.
 * @throws RollcallError `invalid` with the path of each that isn't known there
 */
export async function roleIdsOf(
  services: ServiceContext,
  organizationId: string | null,
  keys: readonly string[],
  path: string,
): Promise<string[]> {
  const unknown: { path: string; message: string }[] = [];
  const ids = await Promise.all(
    keys.map((key, index) =>
      findRole(services, organizationId, key).then(
        (role) => role._id,
        (error: unknown) => {
          if (!(error instanceof RollcallError && error.status === 404)) throw error;
          unknown.push({ path: `${path}[${index}]`, message: `there is no role ${key}` });
          return '';
        },
      ),
    ),
  );
  if (unknown.length) throw invalid('A role is not known here.', unknown);
  return ids;
}

/** The keys of roles by their ids; one read for those that aren't the instance's. */
export async function roleKeysById(
  { models, catalog }: ServiceContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { roles } = await catalog.current();
  const own = [...new Set(ids.filter((id) => !roles.has(id)))];
  const found = own.length ? await models.Role.find({ _id: { $in: own } }, { key: 1 }).lean() : [];
  return new Map([...roles.values(), ...found].map((role) => [role._id, role.key]));
}
