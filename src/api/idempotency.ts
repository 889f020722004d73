import type { Context } from 'koa';
import { invalid, RollcallError } from '../lib/errors.js';
import { HashingBusyError } from '../lib/password.js';
import type { Caller } from '../oidc/authenticate-call.js';
import type { KeptAnswers } from '../services/kept-answers.js';
import type { Endpoint } from './endpoint.js';

/** As much of an answer as is given again. */
export interface Kept {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** Headers that are a part of what was answered. */
const HEADERS = ['ETag', 'Location'];

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Does a POST with an `Idempotency-Key` once: its repetition gets the first one's answer. Only what was done is kept. A refusal has changed
 * nothing, so the repetition is judged anew; what else failed may have changed something, and is as if cut off.
 * @throws RollcallError as `KeptAnswers.begin`
 */
export async function withIdempotency(
  ctx: Context,
  kept: KeptAnswers<Kept>,
  { endpoint, caller, text }: { endpoint: Endpoint; caller: Caller; text: string },
  work: () => Promise<void>,
): Promise<void> {
  const key = ctx.get('Idempotency-Key');
  if (endpoint.method !== 'post' || !key) return work();
  if (!KEY.test(key)) throw invalid('An Idempotency-Key has 1 to 255 visible ASCII characters.');
  const call = { caller: caller.key, key, method: ctx.method, path: ctx.path, body: `${ctx.querystring}\n${text}` };
  const begun = await kept.begin(call);
  if (begun.kind === 'repeated') return repeat(ctx, begun.answer);
  try {
    await work();
  } catch (error) {
    if (error instanceof RollcallError || error instanceof HashingBusyError) await begun.forget();
    throw error;
  }
  await begun.keep({ status: ctx.status, body: ctx.body ?? null, headers: headersOf(ctx) });
}

const headersOf = (ctx: Context) =>
  Object.fromEntries(HEADERS.map((name) => [name, ctx.response.get(name)]).filter(([, value]) => value));

function repeat(ctx: Context, { status, body, headers }: Kept): void {
  ctx.status = status;
  ctx.set({ ...headers, 'Idempotency-Replayed': 'true' });
  if (body !== null) ctx.body = body;
}
