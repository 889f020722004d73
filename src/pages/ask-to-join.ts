/** The page on which somebody asks to join, in an application's login or by itself. */
import type { Context } from 'koa';
import { themselves } from '../access/can.js';
import { RollcallError } from '../lib/errors.js';
import { field } from '../middleware/form-body.js';
import type { Organization } from '../models/index.js';
import { askToJoin, MESSAGE_MAX, requestOf } from '../services/join-requests/ask-to-join.js';
import { type Message, message } from '../texts/message.js';
import type { PageDeps } from './deps.js';
import type { AskView } from './view/domains-views.js';

/** What was typed, and why it was refused. */
interface Typed {
  text: string;
  error: Message | null;
  refused: Message | null;
}

type Asked = Omit<AskView, 'app' | 'csrf'>;

export async function askPage(
  { services }: PageDeps,
  userId: string,
  { _id, name }: Organization,
  {
    action,
    back = null,
    text = '',
    error = null,
    refused = null,
  }: Pick<Asked, 'action'> & Partial<Pick<Asked, 'back'> & Typed>,
): Promise<Asked> {
  return {
    action,
    back,
    organization: { id: _id, name },
    state: (await requestOf(services, _id, userId)) ?? 'ask',
    values: { message: text },
    errors: error ? { message: error } : {},
    refused,
    most: MESSAGE_MAX,
  };
}

/**
 * Asks, by the form.
 * @returns what the page has to say where it was refused; undefined once the administrators have it
 * @throws RollcallError `not_found` where one may not ask
 */
export async function asked(
  { services }: PageDeps,
  ctx: Context,
  organization: Organization,
  userId: string,
): Promise<Typed | undefined> {
  const text = field(ctx, 'message');
  try {
    await askToJoin(services, themselves(userId), { organization, userId, message: text, address: ctx.ip });
    return undefined;
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    const known = { invalid: 422, asked_lately: 422, too_many_requests: 422 }[error.code];
    if (!known) throw error;
    ctx.status = known;
    if (error.code === 'invalid')
      return { text, error: message('fault-join-message-long', { most: MESSAGE_MAX }), refused: null };
    // Who was declined reads that on the page as it is now.
    return { text, error: null, refused: error.code === 'asked_lately' ? null : message('ask-too-many') };
  }
}
