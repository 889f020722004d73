import type { Context } from 'koa';
import { themselves } from '../../access/can.js';
import { tooMany } from '../../lib/errors.js';
import { exportStream } from '../../services/audit/export-stream.js';
import { ownData } from '../../services/own-data.js';
import type { PageDeps } from '../deps.js';
import { requireUser } from '../require-user.js';

/** A copy of one's own data as a file. */
export async function exportOwnData(deps: PageDeps, ctx: Context): Promise<void> {
  const user = await requireUser(deps, ctx);
  if (!user) return;
  const { services, issuer } = deps;
  if (!(await deps.ownLimits.mayExport(user._id, ctx.ip)))
    throw tooMany('You have downloaded your data several times just now. Try again in an hour.');
  const actor = themselves(user._id);
  const pieces = await ownData(services, actor, { issuer, currentUid: ctx.state.sessionUid });
  const day = services.clock.now().toISOString().slice(0, 10);
  ctx.set('Content-Disposition', `attachment; filename="rollcall-account-${day}.json"`);
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = exportStream(actor, pieces);
}
