import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../../access/can.js';
import type { OrganizationPermission } from '../../../access/statements.js';
import { formBody } from '../../../middleware/form-body.js';
import type { Invitation } from '../../../models/index.js';
import {
  newInvitationLink,
  resendInvitation,
  revokeInvitation,
} from '../../../services/invitations/change-invitation.js';
import { findInvitation } from '../../../services/invitations/find-invitation.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import { askFirst } from '../../question.js';
import { refusal } from '../../refusals.js';
import { carryOut } from '../../submit.js';
import { invitationRows } from './rows.js';

const ONE = '/organizations/:slug/invitations/:invitation';

/** One invitation: what it gives and what became of it, sending it again, a link to hand over, and revoking it. */
export function oneInvitation(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(ONE, async (ctx) => {
    const visit = await visitTo(deps, ctx, 'invitations:read');
    if (visit) await page(deps, ctx, visit, {});
  });
  router.post(`${ONE}/resend`, formBody, check, async (ctx) => submitResend(deps, ctx));
  router.post(`${ONE}/link`, formBody, check, async (ctx) => submitLink(deps, ctx));
  router.get(`${ONE}/revoke`, async (ctx) => {
    const visit = await visitTo(deps, ctx, 'invitations:write');
    if (visit) questionPage(deps, ctx, visit);
  });
  router.post(`${ONE}/revoke`, formBody, check, async (ctx) => submitRevoke(deps, ctx));
}

interface Visit {
  visitor: Visitor;
  invitation: Invitation;
  base: string;
  href: string;
}

/** @throws RollcallError `not_found` */
async function visitTo(deps: PageDeps, ctx: Context, permission: OrganizationPermission): Promise<Visit | undefined> {
  const visitor = await visitorOf(deps, ctx, 'invitations:read', permission);
  if (!visitor) return undefined;
  const { organization } = visitor;
  const invitation = await findInvitation(deps.services, organization._id, ctx.params.invitation ?? '');
  const base = `/organizations/${organization.slug}`;
  return { visitor, invitation, base, href: `${base}/invitations/${invitation._id}` };
}

async function page(
  deps: PageDeps,
  ctx: Context,
  { visitor, invitation, base }: Visit,
  { link, refused }: { link?: string; refused?: Message | string },
): Promise<void> {
  const { organization, actor } = visitor;
  const { services } = deps;
  const [row] = await invitationRows(services, organization, [invitation]);
  const { applications } = await services.catalog.current();
  const { message: text, createdAt, sentAt, answeredAt, applicationId } = invitation;
  ctx.body = deps.render('organizations/invitation', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    invitation: {
      ...(row as NonNullable<typeof row>),
      message: text ?? null,
      createdAt,
      sentAt,
      answeredAt: answeredAt ?? null,
    },
    application: (applicationId && applications.get(applicationId)?.name) || null,
    link: link ?? null,
    refused: refused ?? null,
    mayWrite: can(actor, 'invitations:write', { organizationId: organization._id }),
  });
}

async function submitResend(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await visitTo(deps, ctx, 'invitations:write');
  if (!visit) return;
  const { visitor, invitation, href } = visit;
  const { organization, actor } = visitor;
  await carryOut(deps, ctx, {
    async act() {
      await resendInvitation(deps.services, actor, { organization, issuer: deps.issuer }, invitation._id);
      return { text: message('invitation-sent-again', { email: invitation.email }) };
    },
    next: href,
    again: (refused) => asItIs(deps, ctx, visit, refused),
  });
}

/** The answer is the page with the link itself: it is shown this once, and stands in no address. */
async function submitLink(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await visitTo(deps, ctx, 'invitations:write');
  if (!visit) return;
  const { visitor, invitation } = visit;
  const { organization, actor } = visitor;
  try {
    const link = await newInvitationLink(deps.services, actor, { organization, issuer: deps.issuer }, invitation._id);
    await page(deps, ctx, visit, { link });
  } catch (error) {
    const refused = refusal(error);
    ctx.status = 422;
    await asItIs(deps, ctx, visit, refused);
  }
}

function questionPage(deps: PageDeps, ctx: Context, visit: Visit, refused?: Message | string): void {
  const { visitor, invitation, base, href } = visit;
  askFirst(deps, ctx, visitor, {
    action: `${href}/revoke`,
    crumbs: [
      { label: message('nav-invitations'), href: `${base}/invitations` },
      { label: invitation.email, href },
    ],
    heading: message('invitation-revoke-question', { email: invitation.email }),
    lines: [message('invitation-revoke-text')],
    back: href,
    refused: refused ?? null,
    barred: invitation.status === 'pending' ? null : { why: message('refused-invitation-answered') },
  });
}

async function submitRevoke(deps: PageDeps, ctx: Context): Promise<void> {
  const visit = await visitTo(deps, ctx, 'invitations:write');
  if (!visit) return;
  const { visitor, invitation, base } = visit;
  const { organization, actor } = visitor;
  await carryOut(deps, ctx, {
    async act() {
      await revokeInvitation(deps.services, actor, organization._id, invitation._id);
      return { text: message('invitation-revoked', { email: invitation.email }) };
    },
    next: `${base}/invitations`,
    again: (refused) => questionPage(deps, ctx, visit, refused),
  });
}

/** The page with why it wasn't done, of the invitation as it is by now. */
async function asItIs(deps: PageDeps, ctx: Context, visit: Visit, refused: Message | string): Promise<void> {
  const { visitor, invitation } = visit;
  const now = await findInvitation(deps.services, visitor.organization._id, invitation._id);
  await page(deps, ctx, { ...visit, invitation: now }, { refused });
}
