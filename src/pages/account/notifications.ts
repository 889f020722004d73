import type Router from '@koa/router';
import type { Context } from 'koa';
import { themselves } from '../../access/can.js';
import { field, formBody } from '../../middleware/form-body.js';
import { type NoticeChoice, noticesOf, setNotices } from '../../services/set-notices.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { carryOut } from '../submit.js';

const PATH = '/account/notifications';

/** Which mails a person gets. */
export function notificationRoutes(router: Router, deps: PageDeps): void {
  router.get(PATH, async (ctx) => {
    const asker = await askerOf(deps, ctx);
    if (asker) page(deps, ctx, asker, noticesOf(asker.user));
  });
  router.post(PATH, formBody, deps.csrf.check, async (ctx) => submit(deps, ctx));
}

async function submit(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const { user } = asker;
  const choice = { newSignIn: field(ctx, 'newSignIn') !== '', rolesGiven: field(ctx, 'rolesGiven') !== '' };
  await carryOut(deps, ctx, {
    act: async () => {
      await setNotices(deps.services, themselves(user._id), user, choice);
      return { text: message('notifications-saved') };
    },
    next: PATH,
    again: (refused) => page(deps, ctx, asker, choice, refused),
  });
}

function page(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  values: NoticeChoice,
  refused: Message | string | null = null,
): void {
  ctx.body = deps.render('account/notifications', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: PATH,
    email: asker.user.email,
    values,
    refused,
  });
}
