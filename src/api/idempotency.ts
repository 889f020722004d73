import type { Context } from 'koa';
import { invalid, RollcallError } from '../lib/errors.js';
import { HashingBusyError } from '../lib/password.js';
import type { Caller } from '../oidc/authenticate-call.js';
import type { KeptAnswers } from '../services/kept-answers.js';
import type { Endpoint } from './endpoint.js';

/** An answer, as far as it is given again. */
export interface Kept {
  status: number;
  /** Null: none. */
  body: unknown;
  headers: Record<string, string>;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Does a POST with an `Idempotency-Key` once: its repetition gets the first one's answer. Only what was done is kept. A refusal has changed
 * nothing, so the repetition is judged anew; what else failed may have changed something, and is as if cut off.
 * @param work gives the answer, and gives it back: what the response says by then may be somebody else's, who lost patience (`deadline.ts`)
 * @throws RollcallError as `KeptAnswers.begin`
 */
export async function withIdempotency(
  ctx: Context,
  kept: KeptAnswers<Kept>,
  { endpoint, caller, text }: { endpoint: Endpoint; caller: Caller; text: string },
  work: () => Promise<Kept>,
): Promise<void> {
  const key = ctx.get('Idempotency-Key');
  if (endpoint.method !== 'post' || !key) {
    await work();
    return;
  }
  if (!KEY.test(key)) throw invalid('An Idempotency-Key has 1 to 255 visible ASCII characters.');
  const call = { caller: caller.key, key, method: ctx.method, path: ctx.path, body: `${ctx.querystring}\n${text}` };
  const begun = await kept.begin(call);
  if (begun.kind === 'repeated') return repeat(ctx, begun.answer);
  let answer: Kept;
  try {
    answer = await work();
  } catch (error) {
    if (error instanceof RollcallError || error instanceof HashingBusyError) await begun.forget();
    throw error;
  }
  await begun.keep(answer);
}

function repeat(ctx: Context, answer: Kept): void {
  give(ctx, answer);
  ctx.set('Idempotency-Replayed', 'true');
}

export function give(ctx: Context, { status, body, headers }: Kept): void {
  ctx.status = status;
  ctx.set(headers);
  if (body !== null) ctx.body = body;
}
