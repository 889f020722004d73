import type { Context } from 'koa';
import { notFound } from '../../../lib/errors.js';
import { EXPORT_FORMATS, EXPORT_TYPES, exportEvents } from '../../../services/audit/export-events.js';
import { exportStream } from '../../../services/audit/export-stream.js';
import type { PageDeps } from '../../deps.js';
import { visitorOf } from '../../frame.js';
import { oneOf } from '../../query.js';
import { askedOf, personAsked, queryOf } from './asked.js';

/** The log as a file, with the filters of the page that it was asked for on; parts of events too. */
export async function exportActivity(deps: PageDeps, ctx: Context): Promise<void> {
  const visitor = await visitorOf(deps, ctx, 'audit:read');
  if (!visitor) return;
  // A stream that has begun can't be refused any more.
  await ctx.state.visit;
  const { services } = deps;
  const { organization, actor } = visitor;
  const asked = askedOf(ctx);
  const format = oneOf(ctx, 'format', EXPORT_FORMATS) ?? 'csv';
  const person = await personAsked(services, visitor, asked);
  if (person === null) throw notFound('Nobody here has this name or address.');
  const { parent: _parent, ...query } = queryOf(organization, asked, person);
  const day = services.clock.now().toISOString().slice(0, 10);
  ctx.set('Content-Disposition', `attachment; filename="${organization.slug}-activity-${day}.${format}"`);
  ctx.type = `${EXPORT_TYPES[format]}; charset=utf-8`;
  ctx.body = exportStream(actor, exportEvents(services, actor, query, format));
}
