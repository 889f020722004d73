/** Who asks to join an organization, and letting them in or not. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { can } from '../../access/can.js';
import { formBody } from '../../middleware/form-body.js';
import { acceptJoinRequest, declineJoinRequest } from '../../services/join-requests/decide.js';
import { listJoinRequests } from '../../services/join-requests/list-requests.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { frameOf, type Visitor, visitorOf } from '../frame.js';
import type { Notice } from '../notice.js';
import { carryOut } from '../submit.js';

const REQUESTS = '/organizations/:slug/requests';
const PAGE = 50;

export function requestPages(router: Router, deps: PageDeps): void {
  const { check } = deps.csrf;
  router.get(REQUESTS, async (ctx) => {
    const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
    if (visitor) await requestsPage(deps, ctx, visitor);
  });
  router.post(`${REQUESTS}/:request/accept`, formBody, check, async (ctx) =>
    answer(deps, ctx, async ({ organization, actor }, id) => {
      const { userId } = await acceptJoinRequest(deps.services, actor, organization, id, deps.issuer);
      return { text: message('request-accepted', { name: await nameOf(deps, userId) }) };
    }),
  );
  router.post(`${REQUESTS}/:request/decline`, formBody, check, async (ctx) =>
    answer(deps, ctx, async ({ organization, actor }, id) => {
      const { userId } = await declineJoinRequest(deps.services, actor, organization, id);
      return { text: message('request-declined', { name: await nameOf(deps, userId) }) };
    }),
  );
}

const nameOf = async ({ services }: PageDeps, userId: string) => (await services.reads.user(userId))?.name ?? '';

/** Those whom somebody else has answered meanwhile are gone from the list, and not found. */
async function answer(
  deps: PageDeps,
  ctx: Context,
  act: (visitor: Visitor, requestId: string) => Promise<Notice>,
): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'members:read', 'members:write');
  if (!visitor) return;
  await carryOut(deps, ctx, {
    act: () => act(visitor, ctx.params.request ?? ''),
    next: `/organizations/${visitor.organization.slug}/requests`,
    again: (refused) => requestsPage(deps, ctx, visitor, refused),
  });
}

async function requestsPage(
  deps: PageDeps,
  ctx: Context,
  visitor: Visitor,
  refused: Message | string | null = null,
): Promise<void> {
  const { services, issuer } = deps;
  const { organization, actor } = visitor;
  const base = `/organizations/${organization.slug}`;
  const after = typeof ctx.query.after === 'string' ? ctx.query.after : undefined;
  const { data, nextCursor } = await listJoinRequests(services, actor, organization._id, {
    limit: PAGE,
    ...(after ? { after } : {}),
  });
  ctx.body = deps.render('organizations/requests', {
    frame: frameOf(deps, ctx, visitor),
    csrf: deps.csrf.token(ctx),
    base,
    now: services.clock.now(),
    requests: data.map(({ request, user }) => ({
      id: request._id,
      person: { id: user._id, name: user.name, email: user.email, picture: user.picture ?? null },
      message: request.message ?? '',
      askedAt: request.askedAt,
    })),
    refused,
    open: organization.joinRequests === true,
    joinUrl: `${issuer}/join/${organization.slug}`,
    settingsUrl: can(actor, 'settings:write', { organizationId: organization._id }) ? `${base}/settings#joining` : null,
    pager:
      after || nextCursor
        ? {
            shown: message('requests-shown', { count: data.length }),
            ...(after ? { first: `${base}/requests` } : {}),
            ...(nextCursor ? { next: `${base}/requests?${new URLSearchParams({ after: nextCursor })}` } : {}),
          }
        : null,
  });
}
