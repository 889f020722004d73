/** Where one is signed in, and ending that. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../../access/can.js';
import { describeUserAgent } from '../../lib/user-agent.js';
import { field, formBody } from '../../middleware/form-body.js';
import { pageOfAll } from '../../services/lists/whole.js';
import {
  endOtherSessions,
  endOwnSession,
  listOwnSessions,
  type OwnSession,
  orderOfSession,
} from '../../services/own-sessions.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { askerOf, frameOf } from '../frame.js';
import { hrefWith, textOf } from '../query.js';
import { carryOut } from '../submit.js';

const SESSIONS = '/account/sessions';
const ON_A_PAGE = 50;

export function sessionRoutes(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(SESSIONS, async (ctx) => showSessions(deps, ctx));
  router.post(`${SESSIONS}/end`, formBody, check, async (ctx) => submitEnd(deps, ctx));
  router.post(`${SESSIONS}/end-others`, formBody, check, async (ctx) => submitEndOthers(deps, ctx));
}

async function showSessions(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const all = await listOwnSessions(deps.services, themselves(asker.user._id), ctx.state.sessionUid);
  const after = textOf(ctx, 'after') || undefined;
  const { data, nextCursor } = pageOfAll(all, orderOfSession, { limit: ON_A_PAGE, ...(after ? { after } : {}) });
  ctx.body = deps.render('account/sessions', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: SESSIONS,
    sessions: data.map((one) => ({
      id: one.id,
      ...shownAs(one),
      current: one.current,
      device: one.kind === 'device',
      address: one.address,
      signedInAt: one.signedInAt,
      seenAt: one.seenAt,
      applications: one.applications,
    })),
    others: all.some(({ current }) => !current),
    pager: {
      shown: message('shown-of', { shown: data.length, total: all.length }),
      ...(after ? { first: hrefWith(ctx, { after: undefined }) } : {}),
      ...(nextCursor ? { next: hrefWith(ctx, { after: nextCursor }) } : {}),
    },
  });
}

const PHONES: ReadonlySet<string> = new Set(['iPhone', 'Android']);

/** In words: "Firefox on Windows". */
function shownAs({ kind, userAgent }: OwnSession): { icon: string; title: Message } {
  if (kind === 'device') return { icon: 'tv', title: message('session-of-device') };
  const { browser, system } = describeUserAgent(userAgent);
  const icon = system === 'iPad' ? 'tablet' : system && PHONES.has(system) ? 'smartphone' : 'monitor';
  if (browser && system) return { icon, title: message('session-on', { browser, system }) };
  return {
    icon,
    title: browser || system ? message('session-at', { what: browser ?? system ?? '' }) : message('session-unknown'),
  };
}

async function submitEnd(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  await carryOut(deps, ctx, {
    act: async () => {
      await endOwnSession(deps.services, themselves(asker.user._id), field(ctx, 'session'));
      return { text: message('session-ended') };
    },
    next: SESSIONS,
    again: () => showSessions(deps, ctx),
  });
}

async function submitEndOthers(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  await carryOut(deps, ctx, {
    act: async () => {
      await endOtherSessions(deps.services, themselves(asker.user._id), ctx.state.sessionUid);
      return { text: message('other-sessions-ended') };
    },
    next: SESSIONS,
    again: () => showSessions(deps, ctx),
  });
}
