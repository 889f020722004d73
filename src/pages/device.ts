/**
 * Where a person enters the code that a device shows (RFC 8628 3.3). A link with the code fills it in and does nothing else: nothing
 * happens before they have compared the two and gone on (RFC 8628 3.3.1), and nothing is allowed before they have been asked.
 */
import type Router from '@koa/router';
import type { Context, Next } from 'koa';
import { formatUserCode, normalizeUserCode } from '../lib/user-codes.js';
import { field, formBody } from '../middleware/form-body.js';
import { beginDeviceLogin, DEVICE_PATH, findWaitingDevice } from '../oidc/device/device-login.js';
import { currentSession } from '../oidc/session.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { speakAsWanted } from './language.js';

/** One sentence for whatever is wrong with a code, the limit of guesses included. */
const WRONG = message('device-code-wrong');
const SHOWN_MAX = 40;

export function deviceRoutes(router: Router, deps: PageDeps): void {
  router.get(DEVICE_PATH, async (ctx) => showCode(deps, ctx));
  router.post(DEVICE_PATH, formBody, deps.csrf.check, async (ctx) => submitCode(deps, ctx));
  router.post('/oauth2/device_authorization', async (ctx, next) => limitDevices(deps, ctx, next));
}

/** Before the library's endpoint, which knows no addresses; answered as that answers (RFC 6749 5.2). */
async function limitDevices(deps: PageDeps, ctx: Context, next: Next): Promise<void> {
  if (await deps.userCodeLimits.mayBegin(ctx.ip)) return next();
  ctx.status = 429;
  ctx.set('Retry-After', '60');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error: 'temporarily_unavailable', error_description: 'too many devices began from this network lately' };
}

async function showCode(deps: PageDeps, ctx: Context): Promise<void> {
  await listen(deps, ctx);
  const linked = typeof ctx.query.user_code === 'string' ? ctx.query.user_code : '';
  codePage(deps, ctx, linked, linked !== '');
}

/** POST: the device's login begins, or the page comes again. */
async function submitCode(deps: PageDeps, ctx: Context): Promise<void> {
  await listen(deps, ctx);
  const typed = field(ctx, 'user_code');
  if (!typed.trim()) return codePage(deps, ctx, '', false, message('device-code-missing'));
  const device = normalizeUserCode(typed) && (await guess(deps, ctx, typed));
  if (!device) return codePage(deps, ctx, typed, false, WRONG);
  ctx.set('Cache-Control', 'no-store');
  await beginDeviceLogin(deps.provider, deps.runtime, ctx, device);
}

/** Nobody has to be signed in here; who is, is answered in their own language. */
async function listen(deps: PageDeps, ctx: Context): Promise<void> {
  const session = await currentSession(deps.provider, deps.runtime, ctx);
  await speakAsWanted(ctx, deps, [], session?.userId);
}

async function guess(deps: PageDeps, ctx: Context, typed: string) {
  const session = await currentSession(deps.provider, deps.runtime, ctx);
  return deps.userCodeLimits.guess({ address: ctx.ip, userId: session?.userId }, () =>
    findWaitingDevice(deps.provider, deps.runtime, typed),
  );
}

function codePage(deps: PageDeps, ctx: Context, typed: string, linked: boolean, error?: Message): void {
  const code = normalizeUserCode(typed);
  ctx.set('Cache-Control', 'no-store');
  if (error) ctx.status = 422;
  ctx.body = deps.render('device/code', {
    app: null,
    csrf: deps.csrf.token(ctx),
    action: DEVICE_PATH,
    userCode: code ? formatUserCode(code) : typed.slice(0, SHOWN_MAX),
    linked: linked && code !== undefined,
    errors: error ? { user_code: error } : {},
  });
}
