import { invalid, RollcallError } from '../../lib/errors.js';
import type { Organization } from '../../models/index.js';
import type { ServiceContext } from '../../services/context.js';
import { findGroup } from '../../services/find-group.js';
import { findRole } from '../../services/find-role.js';

interface Reference {
  services: ServiceContext;
  organizationId: string;
  reference: string | undefined;
  path: string;
  noun: string;
}

type Find = (services: ServiceContext, organizationId: string, reference: string) => Promise<{ _id: string }>;

async function found(find: Find, { services, organizationId, reference, path, noun }: Reference) {
  if (reference === undefined) return undefined;
  try {
    return (await find(services, organizationId, reference))._id;
  } catch (error) {
    if (!(error instanceof RollcallError && error.status === 404)) throw error;
    throw invalid(`A ${noun} is not known here.`, [{ path, message: `there is no ${noun} ${reference}` }]);
  }
}

/** The id of a role that a body names by key or id. @throws RollcallError `invalid` with the path of what isn't known there */
export async function roleIdOf(
  services: ServiceContext,
  { _id }: Organization,
  reference: string | undefined,
  path: string,
): Promise<string | undefined> {
  return found(findRole, { services, organizationId: _id, reference, path, noun: 'role' });
}

/** The id of a group, by its id or name. @throws as of `roleIdOf` */
export async function groupIdOf(
  services: ServiceContext,
  { _id }: Organization,
  reference: string | undefined,
  path: string,
): Promise<string | undefined> {
  return found(findGroup, { services, organizationId: _id, reference, path, noun: 'group' });
}
