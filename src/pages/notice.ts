/** What a form's answer says on the page that comes next: kept by the browser for that one page, and signed, for it holds values. */
import type { Context } from 'koa';
import type { Message } from '../texts/message.js';
import type { PageDeps } from './deps.js';

export interface Notice {
  text: Message;
  tone?: 'danger' | 'warn';
  /** Where more can be read, or the step can be undone. */
  href?: string;
  link?: Message;
}

const SHOWN_FOR_MS = 60_000;
/** What a cookie may hold beside its name. */
const MOST = 3000;

const isSecure = ({ issuer }: PageDeps) => issuer.startsWith('https:');
const nameOf = (deps: PageDeps) => (isSecure(deps) ? '__Host-rollcall_notice' : 'rollcall_notice');

/** For one person's eyes: signed with whose it is, so that nobody shows another what they have had said to themselves. */
const forWhom = (ctx: Context, value: string) => `${ctx.state.userId ?? ''} ${value}`;

const options = (deps: PageDeps) =>
  ({
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(deps),
    path: '/',
    signed: false,
    overwrite: true,
  }) as const;

export function leaveNotice(deps: PageDeps, ctx: Context, notice: Notice): void {
  const value = Buffer.from(JSON.stringify(notice)).toString('base64url');
  if (value.length > MOST) return;
  const signature = deps.signer.sign('notice', forWhom(ctx, value));
  ctx.cookies.set(nameOf(deps), `${value}.${signature}`, { ...options(deps), maxAge: SHOWN_FOR_MS });
}

export function takeNotice(deps: PageDeps, ctx: Context): Notice | undefined {
  const [value, signature] = (ctx.cookies.get(nameOf(deps)) ?? '').split('.');
  if (!value) return undefined;
  ctx.cookies.set(nameOf(deps), '', { ...options(deps), maxAge: 0 });
  if (!signature || !deps.signer.verify('notice', forWhom(ctx, value), signature)) return undefined;
  return JSON.parse(Buffer.from(value, 'base64url').toString()) as Notice;
}
