import type { Context } from 'koa';
import { field } from '../../../middleware/form-body.js';
import { endMemberSessions } from '../../../services/end-member-sessions.js';
import { endMemberSession, listMemberSessions } from '../../../services/list-member-sessions.js';
import { bySignIn, pageOfAll } from '../../../services/lists/whole.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { hrefWith, textOf } from '../../query.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';
import { headOf, type OnMember, onMember } from './read.js';

const ON_A_PAGE = 50;

/** Of a person's sessions those with a grant in this organization (R13). */
export async function showSessions(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'sessions:end');
  if (!on) return;
  const all = await listMemberSessions(deps.services, on.visitor.actor, on.key);
  const after = textOf(ctx, 'after') || undefined;
  const { data, nextCursor } = pageOfAll(all, bySignIn, { limit: ON_A_PAGE, ...(after ? { after } : {}) });
  ctx.body = deps.render('organizations/member-sessions', {
    ...headOf(deps, ctx, on, 'sessions'),
    sessions: data.map(({ id, kind, signedInAt, expiresAt, applications }) => ({
      id,
      kind,
      signedInAt,
      expiresAt,
      applications: [...new Set(applications.map(({ name, clientId }) => name ?? clientId))],
    })),
    pager: {
      shown: message('shown-of', { shown: data.length, total: all.length }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(nextCursor ? { next: hrefWith(ctx, { after: nextCursor }) } : {}),
    },
  });
}

export async function submitEndSession(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'sessions:end');
  if (!on) return;
  return carryOut(deps, ctx, {
    act: async () => {
      await endMemberSession(deps.services, on.visitor.actor, { ...on.key, sessionId: field(ctx, 'session') });
      return { text: message('member-session-ended', { name: on.member.user.name }) };
    },
    next: `${on.path}/sessions`,
    again: () => showSessions(deps, ctx),
  });
}

export async function askEndSessions(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'sessions:end');
  if (on) endSessionsPage(deps, ctx, on);
}

export async function submitEndSessions(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'sessions:end');
  if (!on) return;
  return carryOut(deps, ctx, {
    act: async () => {
      await endMemberSessions(deps.services, on.visitor.actor, on.key);
      return { text: message('member-sessions-ended', { name: on.member.user.name }) };
    },
    next: on.path,
    again: (refused) => endSessionsPage(deps, ctx, on, refused),
  });
}

function endSessionsPage(
  deps: PageDeps,
  ctx: Context,
  { visitor, member, path }: OnMember,
  refused?: Message | string,
) {
  const { name } = member.user;
  const organization = visitor.organization.name;
  askFirst(deps, ctx, visitor, {
    action: `${path}/end-sessions`,
    crumbs: [
      { label: message('nav-members'), href: `/organizations/${visitor.organization.slug}/members` },
      { label: name, href: path },
    ],
    heading: message('member-end-sessions-question', { name }),
    lines: [message('member-end-sessions-text', { name, organization })],
    back: path,
    refused: refused ?? null,
  });
}
