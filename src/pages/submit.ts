/** What a form on a page leads to: it is done and the browser goes on, or it is refused and the page comes again. */
import type { Context } from 'koa';
import type { RollcallError } from '../lib/errors.js';
import { field } from '../middleware/form-body.js';
import type { Message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { leaveNotice, type Notice } from './notice.js';
import { refusal } from './refusals.js';

interface Steps {
  /** Calls the service. @returns what is said on the page that comes next, if anything */
  act: () => Promise<Notice | undefined>;
  /** The path of that page; asked once it is done. */
  next: string | (() => string);
  /** Shows the page of the form once more, with why it was refused, and the error where it has a place of its own. */
  again: (refused: Message | string, error: RollcallError) => Promise<void> | void;
}

/** @throws what no service has refused, and whatever isn't there (R13) */
export async function carryOut(deps: PageDeps, ctx: Context, { act, next, again }: Steps): Promise<void> {
  let notice: Notice | undefined;
  try {
    notice = await act();
  } catch (error) {
    const refused = refusal(error);
    ctx.status = 422;
    return again(refused, error as RollcallError);
  }
  if (notice) leaveNotice(deps, ctx, notice);
  goTo(ctx, typeof next === 'string' ? next : next());
}

/** Sends the browser to another page of ours after a form. */
export function goTo(ctx: Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}

/** The revision that a form was made of. None is one that nothing has, so that nothing is overwritten unseen. */
export function revisionIn(ctx: Context): number {
  const text = field(ctx, 'revision');
  const revision = text === '' ? Number.NaN : Number(text);
  return Number.isInteger(revision) ? revision : -1;
}
