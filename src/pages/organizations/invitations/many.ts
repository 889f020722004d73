import type Router from '@koa/router';
import type { Context } from 'koa';
import { RollcallError } from '../../../lib/errors.js';
import { field, fieldValues, largeFormBody } from '../../../middleware/form-body.js';
import { MOST_GIVEN } from '../../../services/invitations/givable.js';
import { MESSAGE_MAX, usualEnd } from '../../../services/invitations/invite.js';
import {
  inviteMany as inviteAll,
  type LineFault,
  type Listed,
  type PreviewedLine,
  previewInvitations,
  type Sent,
} from '../../../services/invitations/invite-many.js';
import { MOST_LINES } from '../../../services/invitations/read-list.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, type Visitor, visitorOf } from '../../frame.js';
import type { Notice } from '../../notice.js';
import { refusal } from '../../refusals.js';
import { carryOut } from '../../submit.js';
import { chipOf } from '../../view/roles.js';
import { giftFields, givableHere, idsOf, NO_GIFT, type TypedGift, typedGift } from './gift.js';

const MANY = '/organizations/:slug/invitations/many';

/** Inviting many: a list, then what is wrong in which line, then those whose line is right. */
export function inviteMany(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(MANY, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'invitations:read', 'invitations:write');
    if (visitor) await listPage(deps, ctx, visitor, { list: '', typed: NO_GIFT });
  });
  router.post(MANY, largeFormBody, check, async (ctx) => submitList(deps, ctx));
  router.post(`${MANY}/send`, largeFormBody, check, async (ctx) => submitSend(deps, ctx));
}

interface Asked {
  list: string;
  typed: TypedGift;
  fault?: Message | undefined;
  refused?: Message | string | undefined;
}

const baseOf = ({ organization }: Visitor) => `/organizations/${organization.slug}`;

async function listPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { list, typed, fault, refused }: Asked,
): Promise<void> {
  const base = baseOf(visitor);
  ctx.body = deps.render('organizations/invitations-many', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/invitations/many`,
    base,
    list,
    most: MOST_LINES,
    errors: { ...(fault ? { list: fault } : {}), ...typed.errors },
    refused: refused ?? null,
    ...giftFields(visitor, await givableHere(deps, visitor), typed),
  });
}

/** What was typed, as the service takes it. */
async function listedIn(deps: PageDeps, ctx: Context, visitor: Visitor): Promise<{ asked: Asked; listed: Listed }> {
  const typed = await typedGift(deps, ctx, visitor);
  const list = field(ctx, 'list');
  const { roles } = await givableHere(deps, visitor);
  const forAll = {
    roleIds: idsOf(roles, typed.roles),
    groupIds: [...typed.groups],
    ...typed.given,
    language: deps.textsOf(ctx).language,
  };
  return { asked: { list, typed }, listed: { organization: visitor.organization, list, forAll } };
}

/** The next step of the first page: the preview, or the first page with what is wrong with the list as a whole. */
async function submitList(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'invitations:read', 'invitations:write');
  if (!visitor) return;
  const { asked, listed } = await listedIn(deps, ctx, visitor);
  const back = field(ctx, 'back') !== '';
  if (back) return listPage(deps, ctx, visitor, asked);
  if (Object.keys(asked.typed.errors).length) {
    ctx.status = 422;
    return listPage(deps, ctx, visitor, asked);
  }
  try {
    const lines = await previewInvitations(deps.services, visitor.actor, listed);
    await previewPage(deps, ctx, visitor, asked, lines);
  } catch (error) {
    const refused = refusal(error);
    ctx.status = 422;
    const fault = listFault(error);
    await listPage(deps, ctx, visitor, fault ? { ...asked, fault } : { ...asked, refused });
  }
}

async function submitSend(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'invitations:read', 'invitations:write');
  if (!visitor) return;
  const { asked, listed } = await listedIn(deps, ctx, visitor);
  await carryOut(deps, ctx, {
    act: async () => outcome(await inviteAll(deps.services, visitor.actor, { ...listed, issuer: deps.issuer })),
    next: `${baseOf(visitor)}/invitations`,
    again: (refused, error) => {
      const fault = listFault(error);
      return listPage(deps, ctx, visitor, fault ? { ...asked, fault } : { ...asked, refused });
    },
  });
}

function outcome({ invited, refused }: Sent): Notice {
  const [first] = refused;
  if (!first) return { text: message('invite-many-sent', { count: invited }) };
  const why = refusal(first.error);
  return {
    text: message('invite-many-sent-some', {
      count: invited,
      left: refused.length,
      why: typeof why === 'string' ? why : first.error.message,
    }),
    tone: 'warn',
  };
}

async function previewPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  { list, typed }: Asked,
  lines: readonly PreviewedLine[],
): Promise<void> {
  const { vocabulary } = await givableHere(deps, visitor);
  const base = baseOf(visitor);
  const good = lines.filter(({ fault }) => !fault).length;
  ctx.body = deps.render('organizations/invitations-preview', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    action: `${base}/invitations/many/send`,
    base,
    fields: [
      ['list', list],
      ['message', typed.message],
      ['until', typed.until],
      ['zone', field(ctx, 'zone')],
      ['application', typed.application],
      ...fieldValues(ctx, 'roles').map((one): [string, string] => ['roles', one]),
      ...fieldValues(ctx, 'groups').map((one): [string, string] => ['groups', one]),
    ],
    lines: lines.map(({ line, email, roleIds, groupIds, message: text, fault }) => ({
      line,
      email,
      roles: roleIds.flatMap((id) => {
        const role = vocabulary.role(id);
        return role ? [chipOf(role)] : [];
      }),
      groups: groupIds.flatMap((id) => vocabulary.group(id)?.name ?? []),
      message: text !== '',
      fault: fault && lineFault(fault),
    })),
    good,
    bad: lines.length - good,
    until: typed.given.expiresAt ?? usualEnd(deps.services.clock.now()),
    back: `${base}/invitations/many`,
  });
}

/** What is wrong with the list as a whole. */
function listFault(error: unknown): Message | undefined {
  const [detail] = error instanceof RollcallError ? (error.details as { reason?: string; line?: number }[]) : [];
  switch (detail?.reason) {
    case 'missing':
      return message('invite-many-missing');
    case 'too-many':
      return message('invite-many-too-many', { most: MOST_LINES });
    case 'unreadable':
      return message('invite-many-unreadable', { line: detail.line ?? 1 });
    case 'no-email':
      return message('invite-many-no-email');
    default:
      return undefined;
  }
}

function lineFault({ reason, what = '' }: LineFault): Message {
  switch (reason) {
    case 'email-missing':
      return message('line-email-missing');
    case 'email-malformed':
      return message('line-email-malformed');
    case 'twice':
      return message('line-twice', { line: what });
    case 'already-member':
      return message('line-already-member');
    case 'already-invited':
      return message('line-already-invited');
    case 'role-unknown':
      return message('line-role-unknown', { role: what });
    case 'role-forbidden':
      return message('line-role-forbidden', { role: what });
    case 'group-unknown':
      return message('line-group-unknown', { group: what });
    case 'group-forbidden':
      return message('line-group-forbidden', { group: what });
    case 'single-role':
      return message('line-single-role');
    case 'message-long':
      return message('line-message-long', { most: MESSAGE_MAX });
    case 'too-many':
      return message('line-too-many', { most: MOST_GIVEN });
  }
}
