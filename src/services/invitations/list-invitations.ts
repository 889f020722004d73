import type { QueryFilter } from 'mongoose';
import type { Actor } from '../../access/can.js';
import type { Invitation } from '../../models/index.js';
import type { ServiceContext } from '../context.js';
import { type Page, type PageRequest, pageOf } from '../list-pages.js';
import { requirePermission } from '../require.js';
import type { InvitationStatus } from './find-invitation.js';

export const INVITATION_STATUSES = ['pending', 'accepted', 'declined', 'expired', 'revoked'] as const;

/** An organization's invitations, the newest first. @throws RollcallError `not_found`, `forbidden` */
export async function listInvitations(
  { models, clock }: ServiceContext,
  actor: Actor,
  organizationId: string,
  { status, limit, after }: PageRequest & { status?: InvitationStatus | undefined },
): Promise<Page<Invitation>> {
  requirePermission(actor, 'invitations:read', organizationId);
  const rows = await models.Invitation.find(
    { organizationId, ...ofStatus(status, clock.now()), ...(after === undefined ? {} : { _id: { $lt: after } }) },
    { pendingEvents: 0 },
  )
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  return pageOf(rows, limit, ({ _id }) => _id);
}

/** That one has expired is told by the time alone. */
function ofStatus(status: InvitationStatus | undefined, now: Date): QueryFilter<Invitation> {
  if (status === 'pending') return { status, expiresAt: { $gt: now } };
  if (status === 'expired') return { status: 'pending', expiresAt: { $lte: now } };
  return status ? { status } : {};
}
