import type { Actor } from '../access/can.js';
import { notFound } from '../lib/errors.js';
import type { Organization } from '../models/index.js';
import type { ServiceContext } from './context.js';
import { readCopied } from './copies.js';
import { findMember } from './find-member.js';
import { copiedIn, type MemberOverview, overviewOf } from './list-members.js';
import { requirePermission } from './require.js';

/**
 * One member with the roles of today.
 * @param reference the id of the membership or of the user, or the e-mail address
 * @throws RollcallError `not_found`, `forbidden`
 */
export async function readMember(
  context: ServiceContext,
  actor: Actor,
  organization: Organization,
  reference: string,
): Promise<MemberOverview> {
  requirePermission(actor, 'members:read', organization._id);
  const membership = await findMember(context, organization, reference);
  const user = copiedIn(membership) ?? (await readCopied(context, membership.userId));
  if (!user) throw notFound();
  return overviewOf(context, organization, membership, user);
}
