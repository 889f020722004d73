/** Asking for another address. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { RollcallError } from '../../lib/errors.js';
import type { Fault } from '../../lib/fault.js';
import { field, formBody } from '../../middleware/form-body.js';
import { currentSession, renewSession } from '../../oidc/session.js';
import { askForAddress } from '../../services/change-address.js';
import { type Message, message } from '../../texts/message.js';
import type { PageDeps } from '../deps.js';
import { type Asker, askerOf, frameOf } from '../frame.js';
import { leaveNotice } from '../notice.js';
import { goTo } from '../submit.js';

const PATH = '/account/security/address';

type Field = 'email' | 'current_password';

const WORDS: Readonly<Record<string, { field: Field; words: Message }>> = {
  'email-missing': { field: 'email', words: message('fault-email-missing') },
  'email-malformed': { field: 'email', words: message('fault-email-malformed') },
  'email-same': { field: 'email', words: message('address-same') },
  'password-wrong': { field: 'current_password', words: message('password-wrong') },
};

export function addressPages(router: Router, deps: PageDeps): void {
  router.get(PATH, async (ctx) => {
    const asker = await askerOf(deps, ctx);
    if (asker) page(deps, ctx, asker, '');
  });
  router.post(PATH, formBody, deps.csrf.check, async (ctx) => submitAddress(deps, ctx));
}

/** POST: the page that follows is the same whether the address has an account or not. */
async function submitAddress(deps: PageDeps, ctx: Context): Promise<void> {
  const asker = await askerOf(deps, ctx);
  const session = asker && (await currentSession(deps.provider, deps.runtime, ctx));
  if (!session) return;
  const { user } = asker;
  const email = field(ctx, 'email').trim();
  const password = field(ctx, 'current_password');
  const again = (errors: Partial<Record<Field, Message>>) => {
    ctx.status = 422;
    page(deps, ctx, asker, email, errors);
  };
  if (!password) return again({ current_password: message('sign-in-password-missing') });
  if (!(await deps.recoveryLimits.mayAsk(ctx.ip))) return again({ email: message('too-many-asked') });
  const shown = { user, password, address: ctx.ip, signIn: session.signIn };
  const parts = { limits: deps.limits, ask: deps.askByAddress };
  try {
    await askForAddress(deps.services, parts, shown, { email, language: deps.textsOf(ctx).language });
  } catch (error) {
    const fault = error instanceof RollcallError && error.code === 'invalid' ? (error.details[0] as Fault) : undefined;
    const known = fault && WORDS[fault.reason];
    if (!known) throw error;
    return again({ [known.field]: known.words });
  }
  await renewSession(deps.provider, deps.runtime, ctx);
  leaveNotice(deps, ctx, { text: message('address-change-asked', { email }) });
  goTo(ctx, '/account/security');
}

function page(
  deps: PageDeps,
  ctx: Context,
  asker: Asker,
  email: string,
  errors: Partial<Record<Field, Message>> = {},
): void {
  ctx.body = deps.render('account/address', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    action: PATH,
    email: asker.user.email,
    verified: asker.user.emailVerified,
    values: { email },
    errors,
  });
}
