import type { z } from 'zod';
import { invalid } from '../../lib/errors.js';
import { hashPassword } from '../../lib/password.js';
import type { AddedUser, NewMembership } from '../../services/add-user.js';
import type { ServiceContext } from '../../services/context.js';
import { findOrganization } from '../../services/create-organization.js';
import { assignmentsOf, groupMembershipsOf, roleIdsOf } from '../role-keys.js';
import type { newUser } from './schema.js';

type Body = z.output<typeof newUser>;

/** What a body names, resolved. @throws RollcallError `invalid` with the path of what isn't there */
export async function newUserOf(services: ServiceContext, { memberships, ...body }: Body): Promise<AddedUser> {
  const { password, passwordHash, ...rest } = body;
  const resolved = [];
  for (const [index, one] of (memberships ?? []).entries())
    resolved.push(await membershipOf(services, one, `memberships[${index}]`));
  const twice = new Set(resolved.map(({ organization }) => organization._id)).size < resolved.length;
  if (twice)
    throw invalid('An organization is there twice.', [
      { path: 'memberships', message: 'an organization is there twice' },
    ]);
  const hash = passwordHash ?? (password === undefined ? undefined : await hashPassword(password));
  return { ...rest, ...(hash ? { passwordHash: hash } : {}), memberships: resolved };
}

async function membershipOf(
  services: ServiceContext,
  { organization: reference, roles, groups, defaultRole, status, metadata }: NonNullable<Body['memberships']>[number],
  path: string,
): Promise<NewMembership> {
  const organization = await findOrganization(services, reference);
  if (!organization)
    throw invalid('The organization is not known.', [
      { path: `${path}.organization`, message: `there is no organization ${reference}` },
    ]);
  const byDefault = defaultRole ? await roleIdsOf(services, organization, [defaultRole], `${path}.defaultRole`) : [];
  return {
    organization,
    status,
    metadata,
    defaultRole: byDefault[0],
    roles: roles && (await assignmentsOf(services, organization, roles, `${path}.roles`)),
    groups: groups && (await groupMembershipsOf(services, organization, groups, `${path}.groups`)),
  };
}
