/** The one place that decides who may call what; services ask `can()` once more for what they change. */
import type { Context } from 'koa';
import { can } from '../access/can.js';
import { isInstancePermission, type ManagementPermission } from '../access/statements.js';
import { forbidden, notFound, RollcallError } from '../lib/errors.js';
import type { Organization } from '../models/index.js';
import { type Caller, challengeScope } from '../oidc/authenticate-call.js';
import type { ServiceContext } from '../services/context.js';
import { findOrganization } from '../services/create-organization.js';

interface Wanted {
  permissions: readonly ManagementPermission[];
  /** The path's organization, by id or slug; undefined: the call is about the instance. */
  organization: string | undefined;
}

/**
 * Lets a call pass, or refuses it: another organization than the token's is unknown (R13); a member whose roles don't carry the permission
 * finds nothing there, as on the pages; who isn't an operator may not (403); a token that doesn't carry it may not either, and is told so.
 * Where any of several is enough, it is one and the same that is held and carried.
 * @returns the path's organization
 * @throws RollcallError `not_found`, `forbidden`, `insufficient_scope`
 */
export async function authorize(
  services: ServiceContext,
  issuer: string,
  ctx: Context,
  caller: Caller,
  { permissions, organization: reference }: Wanted,
): Promise<Organization | undefined> {
  const organization = reference === undefined ? undefined : await reachable(services, caller, reference);
  const { self } = caller;
  // What belongs to no organization is judged by the token's own.
  const organizationId = organization?._id ?? caller.organizationId;
  const held = self.kind === 'user' ? permissions.filter((key) => can(self, key, { organizationId })) : permissions;
  if (held.length === 0) throw organization && !permissions.every(isInstancePermission) ? notFound() : forbidden();
  if (held.some((key) => caller.carries.has(key))) return organization;
  challengeScope(ctx, issuer, held);
  throw new RollcallError('insufficient_scope', 403, `The access token does not carry ${held.join(' or ')}.`);
}

async function reachable(services: ServiceContext, caller: Caller, reference: string): Promise<Organization> {
  const organization = await findOrganization(services, reference);
  if (!organization || !(caller.reachesAll || organization._id === caller.organizationId)) throw notFound();
  return organization;
}
