import type { Context } from 'koa';
import { can } from '../../access/can.js';
import type { PageDeps } from '../deps.js';
import { askerOf, frameOf } from '../frame.js';

export async function showProfile(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const { user, actor } = asker;
  ctx.body = deps.render('account/profile', {
    frame: frameOf(deps, ctx, asker),
    user: {
      id: user._id,
      name: user.name,
      email: user.email,
      emailVerified: user.emailVerified,
      createdAt: user.createdAt,
    },
    csrf: deps.csrf.token(ctx),
    operator: can(actor, 'instance:users'),
    alone: asker.memberships.length === 0,
  });
}
