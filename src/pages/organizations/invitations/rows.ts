import { liveRole } from '../../../access/effective-roles.js';
import type { Invitation, Organization } from '../../../models/index.js';
import type { ServiceContext } from '../../../services/context.js';
import { statusOf } from '../../../services/invitations/find-invitation.js';
import { vocabularyOf } from '../../../services/vocabulary.js';
import { message } from '../../../texts/message.js';
import type { InvitationsViews } from '../../view/invitations-views.js';
import { chipOf } from '../../view/roles.js';

type Row = InvitationsViews['organizations/invitations']['invitations'][number];

/** Invitations as lists show them. What was deleted meanwhile is left out, or shown as what replaces it. */
export async function invitationRows(
  services: ServiceContext,
  organization: Organization,
  invitations: readonly Invitation[],
): Promise<Row[]> {
  const [vocabulary, catalog] = await Promise.all([vocabularyOf(services, organization), services.catalog.current()]);
  const now = services.clock.now();
  return Promise.all(
    invitations.map(async (one) => ({
      id: one._id,
      email: one.email,
      href: `/organizations/${organization.slug}/invitations/${one._id}`,
      status: statusOf(one, now),
      roles: one.roleIds.flatMap((id) => {
        const role = liveRole(id, vocabulary.role);
        return role ? [chipOf(role)] : [];
      }),
      groups: one.groupIds.flatMap((id) => vocabulary.group(id)?.name ?? []),
      inviter: await inviter(one.invitedBy),
      expiresAt: one.expiresAt,
    })),
  );

  async function inviter(by: string): Promise<Row['inviter']> {
    if (by.startsWith('usr_')) return (await services.reads.user(by))?.name ?? message('event-somebody-gone');
    if (by === 'system') return message('event-server');
    return catalog.applications.get(by.replace(/^application:/, ''))?.name ?? message('event-application');
  }
}
