/** Asking once, by name, before something is done that can't be taken back, or that somebody feels at once. */
import type { Context } from 'koa';
import { message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { type Asker, frameOf, type Visitor } from './frame.js';
import type { AskedFirst } from './view/framed.js';

type Asked = Omit<AskedFirst, 'frame' | 'csrf' | 'fields' | 'also' | 'refused' | 'going' | 'barred'> &
  Partial<Pick<AskedFirst, 'fields' | 'also' | 'refused' | 'going' | 'barred'>>;

export function askFirst(deps: PageDeps, ctx: Context, asker: Asker | Visitor, asked: Asked): void {
  ctx.body = deps.render('question', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    fields: {},
    also: null,
    refused: null,
    going: null,
    barred: null,
    ...asked,
  });
}

/** What may be done in the same step as taking a role away. @param checked where the question comes again */
export const endingSessions = (checked = false): AskedFirst['also'] => ({
  name: 'end_sessions',
  label: message('also-end-sessions'),
  hint: message('also-end-sessions-hint'),
  checked,
});
