import type { Context } from 'koa';
import type { AuditEvent } from '../../../models/index.js';
import { findEvent } from '../../../services/audit/find-event.js';
import { listEvents } from '../../../services/audit/list-events.js';
import { message } from '../../../texts/message.js';
import type { PageDeps } from '../../deps.js';
import { frameOf, visitorOf } from '../../frame.js';
import { hrefWith, textOf } from '../../query.js';
import type { FactView } from '../../view/activity-views.js';
import { sentencesOf } from '../../view/sentences/index.js';
import { changesIn } from './changes.js';
import { unlessOfAnother } from './cursor.js';

const PARTS_ON_A_PAGE = 50;

/** One event with all that it says, and what it is made of. */
export async function showEvent(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'audit:read');
  if (!visitor) return;
  const { services } = deps;
  const { organization, actor } = visitor;
  const { _id: organizationId } = organization;
  const event = await findEvent(services, actor, organizationId, ctx.params.event ?? '');
  const page = { limit: PARTS_ON_A_PAGE, after: textOf(ctx, 'after') || undefined, soon: true };
  const parts = await listEvents(services, actor, { organizationId, parent: event._id }, page).catch(unlessOfAnother);
  const [own, ...others] = await sentencesOf(services, actor, organization, [event, ...parts.data], { whole: true });
  if (!own) return;
  const base = `/organizations/${organization.slug}`;
  ctx.body = deps.render('organizations/activity-event', {
    frame: frameOf(deps, ctx, visitor),
    base,
    event: own,
    facts: factsOf(event, base),
    changes: changesIn(event),
    parts: others,
    moreParts: parts.nextCursor ? hrefWith(ctx, { after: parts.nextCursor }) : undefined,
    operation: own.operation,
  });
}

function factsOf(event: AuditEvent, base: string): FactView[] {
  const { _id, time, action, actor, subject, parent, address, userAgent, requestId, number } = event;
  return [
    { label: message('fact-when'), value: { time } },
    { label: message('fact-action'), value: { code: action } },
    { label: message('fact-by'), value: { code: actor } },
    ...(subject ? [{ label: message('fact-about'), value: { code: subject } }] : []),
    ...(parent && !action.startsWith('administrator.')
      ? [{ label: message('fact-part'), value: { href: `${base}/audit/${parent}`, label: message('event-whole') } }]
      : []),
    ...(address ? [{ label: message('fact-address'), value: { text: address } }] : []),
    ...(userAgent ? [{ label: message('fact-browser'), value: { text: userAgent } }] : []),
    ...(requestId ? [{ label: message('fact-request'), value: { code: requestId } }] : []),
    {
      label: message('fact-number'),
      value: number === undefined ? { words: message('event-unsealed') } : { text: String(number) },
    },
    { label: message('fact-id'), value: { code: _id } },
  ];
}
