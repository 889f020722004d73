import type Router from '@koa/router';
import type { Context } from 'koa';
import { listEvents } from '../../../services/audit/list-events.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { hrefWith } from '../../query.js';
import { sentencesOf } from '../../view/sentences/index.js';
import { askedOf, isNarrowed, personAsked, queryOf } from './asked.js';
import { type Page, unlessOfAnother } from './cursor.js';
import { showEvent } from './event.js';
import { exportActivity } from './export.js';

const ON_A_PAGE = 50;
const NOTHING: Page = { data: [], nextCursor: null };

/** An organization's audit log, for people: sentences, filters, exports, and each event with all that it says. */
export function activityPages(router: Router, deps: PageDeps): void {
  router.get('/organizations/:slug/audit', async (ctx) => showActivity(deps, ctx));
  router.get('/organizations/:slug/audit/export', async (ctx) => exportActivity(deps, ctx));
  router.get('/organizations/:slug/audit/:event', async (ctx) => showEvent(deps, ctx));
}

async function showActivity(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'audit:read');
  if (!visitor) return;
  const { organization, actor } = visitor;
  const { services } = deps;
  const asked = askedOf(ctx);
  const person = await personAsked(services, visitor, asked);
  const query = queryOf(organization, asked, person);
  const found =
    person === null
      ? NOTHING
      : await listEvents(services, actor, query, { limit: ON_A_PAGE, after: asked.after, soon: true }).catch(
          unlessOfAnother,
        );
  const base = `/organizations/${organization.slug}`;
  const exportOf = (format: string) => {
    const { search } = new URL(hrefWith(ctx, { after: undefined, format }), deps.issuer);
    return `${base}/audit/export${search}`;
  };
  ctx.body = deps.render('organizations/activity', {
    frame: frameOf(deps, ctx, visitor),
    base,
    now: services.clock.now(),
    asked,
    filtered: isNarrowed(asked),
    person: person && { name: person.name },
    exports: { csv: exportOf('csv'), jsonl: exportOf('jsonl') },
    events: await sentencesOf(services, actor, organization, found.data),
    newest: asked.after ? hrefWith(ctx, { after: undefined }) : undefined,
    older: found.nextCursor ? hrefWith(ctx, { after: found.nextCursor }) : undefined,
  });
}
