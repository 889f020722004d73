/** Suspending, reactivating and removing a member. */
import type { Context } from 'koa';
import { setMemberStatus } from '../../../services/change-member-status.js';
import { removeMember } from '../../../services/remove-member.js';
import { type Message, message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { askFirst } from '../../question.js';
import { carryOut } from '../../submit.js';
import { type OnMember, onMember } from './read.js';
import { barredFrom, showRoles } from './roles.js';

type Step = 'suspend' | 'remove';

/** What is asked before each, and said after it. */
const STEPS: Readonly<
  Record<Step, Record<'heading' | 'text', (about: Record<'name' | 'organization', string>) => Message>>
> = {
  suspend: {
    heading: ({ name }) => message('member-suspend-question', { name }),
    text: ({ name, organization }) => message('member-suspend-text', { name, organization }),
  },
  remove: {
    heading: ({ name, organization }) => message('member-remove-question', { name, organization }),
    text: ({ name, organization }) => message('member-remove-text', { name, organization }),
  },
};

export const ask = (deps: PageDeps, step: Step) => async (ctx: Context) => {
  const on = await onMember(deps, ctx, 'members:write');
  if (on) question(deps, ctx, on, step);
};

function question(deps: PageDeps, ctx: Context, on: OnMember, step: Step, refused?: Message | string): void {
  const { visitor, member, path } = on;
  const { name } = member.user;
  const about = { name, organization: visitor.organization.name };
  askFirst(deps, ctx, visitor, {
    action: `${path}/${step}`,
    crumbs: [
      { label: message('nav-members'), href: `/organizations/${visitor.organization.slug}/members` },
      { label: name, href: path },
    ],
    heading: STEPS[step].heading(about),
    lines: [STEPS[step].text(about)],
    back: path,
    refused: refused ?? null,
    barred: barredFrom(on),
  });
}

export async function submitSuspend(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  return carryOut(deps, ctx, {
    act: async () => {
      await setMemberStatus(deps.services, on.visitor.actor, { ...on.key, status: 'suspended' });
      return { text: message('member-suspended', { name: on.member.user.name }) };
    },
    next: on.path,
    again: (refused) => question(deps, ctx, on, 'suspend', refused),
  });
}

export async function submitReactivate(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  return carryOut(deps, ctx, {
    act: async () => {
      await setMemberStatus(deps.services, on.visitor.actor, { ...on.key, status: 'active' });
      return { text: message('member-reactivated', { name: on.member.user.name }) };
    },
    next: on.path,
    again: (refused) => showRoles(deps, ctx, refused),
  });
}

export async function submitRemove(deps: PageDeps, ctx: Context): Promise<void> {
  const on = await onMember(deps, ctx, 'members:write');
  if (!on) return;
  const { organization, actor } = on.visitor;
  return carryOut(deps, ctx, {
    act: async () => {
      await removeMember(deps.services, actor, on.key);
      const { name } = on.member.user;
      return { text: message('member-removed', { name, organization: organization.name }) };
    },
    next: `/organizations/${organization.slug}/members`,
    again: (refused) => question(deps, ctx, on, 'remove', refused),
  });
}
