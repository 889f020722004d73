import type { invitationsTo } from '../services/invitations/find-invitation.js';
import type { PageDeps } from './deps.js';
import { organizationView } from './interaction/look.js';
import { inviterName } from './inviter-name.js';
import type { WaitingInvitation } from './view/invitations-views.js';

/** Invitations that wait for who looks at a page. */
export const waitingViews = (
  deps: PageDeps,
  waiting: Awaited<ReturnType<typeof invitationsTo>>,
): Promise<WaitingInvitation[]> =>
  Promise.all(
    waiting.map(async ({ invitation, organization }) => ({
      id: invitation._id,
      organization: organizationView(organization),
      inviter: await inviterName(deps, invitation),
      expiresAt: invitation.expiresAt,
    })),
  );
