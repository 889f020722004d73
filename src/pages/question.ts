/** Asking once, by name, before something is done that can't be taken back, or that somebody feels at once. */
import type { Context } from 'koa';
import { message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import { type Asker, frameOf, type Visitor } from './frame.js';
import type { AskedFirst } from './view/framed.js';

type Optional = 'fields' | 'also' | 'refused' | 'going' | 'typed' | 'barred';
type Asked = Omit<AskedFirst, 'frame' | 'csrf' | Optional> & Partial<Pick<AskedFirst, Optional>>;

export function askFirst(deps: PageDeps, ctx: Context, asker: Asker | Visitor, asked: Asked): void {
  ctx.body = deps.render('question', {
    frame: frameOf(deps, ctx, asker),
    csrf: deps.csrf.token(ctx),
    fields: {},
    also: null,
    refused: null,
    going: null,
    typed: null,
    barred: null,
    ...asked,
  });
}

/** Whether what was typed is the name, as people type it: spaces and the letters' composition don't count. */
export function isTyped(typed: string, name: string): boolean {
  const plain = (text: string) => text.normalize('NFKC').replace(/\s+/gu, ' ').trim();
  return plain(typed) === plain(name);
}

/** What may be done in the same step as taking a role away. @param checked where the question comes again */
export const endingSessions = (checked = false): AskedFirst['also'] => ({
  name: 'end_sessions',
  label: message('also-end-sessions'),
  hint: message('also-end-sessions-hint'),
  checked,
});
