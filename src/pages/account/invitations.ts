import type Router from '@koa/router';
import type { Context } from 'koa';
import { notFound } from '../../lib/errors.js';
import { field, formBody } from '../../middleware/form-body.js';
import { acceptWaiting, declineInvitation } from '../../services/invitations/answer-invitation.js';
import { invitationsTo } from '../../services/invitations/find-invitation.js';
import { message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { leaveNotice } from '../notice.js';
import { refusal } from '../refusals.js';
import { requireUser } from '../require-user.js';
import { goTo } from '../submit.js';

/** Answering an invitation that waits, on the page of one's organizations: without its link, by who has proved the address. */
export function invitationRoutes(router: Router, deps: PageDeps): void {
  router.post('/account/invitations/:invitation', formBody, deps.csrf.check, async (ctx) => answer(deps, ctx));
}

async function answer(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const waiting = await invitationsTo(deps.services, user);
  const invitation = waiting.find((one) => one.invitation._id === ctx.params.invitation)?.invitation;
  if (!invitation) throw notFound();
  const answering = { invitation, userId: user._id };
  if (field(ctx, 'answer') === 'decline') {
    const { name } = await declineInvitation(deps.services, answering);
    leaveNotice(deps, ctx, { text: message('invitation-declined', { organization: name }) });
    return goTo(ctx, '/account/organizations');
  }
  try {
    const { organization, wasMember } = await acceptWaiting(deps.services, answering);
    const { name } = organization;
    const text = wasMember
      ? message('invitation-was-member', { organization: name })
      : message('invitation-joined', { organization: name });
    leaveNotice(deps, ctx, { text });
  } catch (error) {
    const refused = refusal(error);
    leaveNotice(deps, ctx, {
      text: typeof refused === 'string' ? message('invitation-not-joined') : refused,
      tone: 'danger',
    });
  }
  goTo(ctx, '/account/organizations');
}
