import type Router from '@koa/router';
import type { Context } from 'koa';
import { field, formBody } from '../../middleware/form-body.js';
import { KEPT_DAYS } from '../../models/deletion.js';
import { deleteAccount, onlyAdministratorIn } from '../../services/delete-account.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf } from '../frame.js';
import { askFirst, isTyped } from '../question.js';
import { carryOut } from '../submit.js';

/** A person deletes their account, once they have typed their name. */
export function deletionRoutes(router: Router, deps: PageDeps): void {
  router.get('/account/delete', async (ctx) => {
    const asker = await askerOf(deps, ctx);
    if (asker) await deletionPage(deps, ctx, asker);
  });
  router.post('/account/delete', formBody, deps.csrf.check, async (ctx) => submitDeletion(deps, ctx));
  // Where they are signed in no more. It says the same to everybody.
  router.get('/account/deleted', async (ctx) => {
    ctx.body = deps.render('account/deleted', { app: null, days: KEPT_DAYS, signInUrl: '/account' });
  });
}

async function deletionPage(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  { error = null, refused = null }: { error?: Message | null; refused?: Message | string | null } = {},
): Promise<void> {
  const { name, email } = asker.user;
  const inTheWay = await onlyAdministratorIn(deps.services, asker.user._id);
  askFirst(deps, ctx, asker, {
    action: '/account/delete',
    crumbs: [{ label: message('nav-profile'), href: '/account' }],
    heading: message('account-delete-question'),
    lines: [
      message('account-delete-text'),
      message('account-delete-kept', { days: KEPT_DAYS, email }),
      message('account-delete-after'),
    ],
    typed: { label: message('delete-type-name', { name }), value: field(ctx, 'confirm'), error },
    back: '/account',
    refused,
    barred: inTheWay.length
      ? {
          why: message('account-delete-only-administrator'),
          rows: inTheWay.map((one) => ({ name: one.name, href: `/organizations/${one.slug}/members` })),
        }
      : null,
  });
}

async function submitDeletion(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  if (!asker) return;
  const { name } = asker.user;
  if (!isTyped(field(ctx, 'confirm'), name)) {
    ctx.status = 422;
    return deletionPage(deps, ctx, asker, { error: message('delete-type-fault', { name }) });
  }
  await carryOut(deps, ctx, {
    async act() {
      await deleteAccount(deps.services, asker.actor);
      return undefined;
    },
    next: '/account/deleted',
    again: (refused) => deletionPage(deps, ctx, asker, { refused }),
  });
}
