/** What happened to one of an organization's members, roles or groups: a tab of its pages. */
import type { Context } from 'koa';
import { listEvents } from '../../../services/audit/list-events.js';
import type { PageDeps } from '../../deps.js';
import type { Visitor } from '../../frame.js';
import { hrefWith, textOf } from '../../query.js';
import type { ActivityTab } from '../../view/activity-views.js';
import { sentencesOf } from '../../view/sentences/index.js';
import { unlessOfAnother } from './cursor.js';

const ON_A_PAGE = 50;

/**
 * The events of which it is the subject, the newest first.
 * @throws RollcallError `not_found` to who may not read the log
 */
export async function activityOf(
  { services }: PageDeps,
  ctx: Context,
  { actor, organization }: Visitor,
  subject: string,
): Promise<ActivityTab> {
  const after = textOf(ctx, 'after') || undefined;
  const query = { organizationId: organization._id, subject };
  const { data, nextCursor } = await listEvents(services, actor, query, { limit: ON_A_PAGE, after, soon: true }).catch(
    unlessOfAnother,
  );
  return {
    now: services.clock.now(),
    events: await sentencesOf(services, actor, organization, data),
    newest: after ? hrefWith(ctx, { after: undefined }) : undefined,
    older: nextCursor ? hrefWith(ctx, { after: nextCursor }) : undefined,
  };
}
