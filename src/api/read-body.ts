import type { Context } from 'koa';
import { invalid, RollcallError } from '../lib/errors.js';
import { malformedTexts } from '../lib/malformed-text.js';

/** The body of a call, unless its endpoint says otherwise. Bytes. */
export const BODY_LIMIT = 64 * 1024;

const tooLarge = (limit: number) =>
  new RollcallError('too_large', 413, `The body is larger than ${Math.floor(limit / 1024)} KiB.`);

/**
 * A JSON body as text and value. Nothing of it is trusted: a schema looks at it next.
 * @throws RollcallError `unsupported_media_type` (415), `too_large` (413), `bad_request` (400: it isn't JSON), `invalid` (422: a text in it
 * isn't Unicode)
 */
export async function readJson(ctx: Context, limit: number): Promise<{ text: string; value: unknown }> {
  const encoding = ctx.get('Content-Encoding') || 'identity';
  const charset = ctx.request.charset || 'utf-8';
  if (ctx.is('application/json') !== 'application/json' || encoding !== 'identity' || !/^utf-?8$/i.test(charset))
    throw new RollcallError('unsupported_media_type', 415, 'Expected a body of the type application/json, in UTF-8.');
  if ((ctx.request.length ?? 0) > limit) throw tooLarge(limit);
  const text = await readText(ctx, limit);
  const value = parse(text);
  // The bytes are UTF-8: only an escape can stand for what isn't.
  const faults = ODD_ESCAPE.test(text) ? malformedTexts(value, MOST_FAULTS) : [];
  if (faults.length === 0) return { text, value };
  throw invalid(
    'The body is not as it should be.',
    faults.map(({ path, message }) => ({ path, message })),
  );
}

/** Of one half of a pair of surrogates, or the character 0. */
const ODD_ESCAPE = /\\u(?:d[89a-f]|0000)/i;
const MOST_FAULTS = 100;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RollcallError('bad_request', 400, 'The body is not JSON.', { cause });
  }
}

async function readText(ctx: Context, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new RollcallError('bad_request', 400, 'The body is not UTF-8.', { cause });
  }
}
