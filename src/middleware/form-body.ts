import { bodyParser } from '@koa/bodyparser';
import type { Context, Next } from 'koa';
import { RollcallError } from '../lib/errors.js';
import { malformedTexts } from '../lib/malformed-text.js';

const parserOf = (formLimit: string) =>
  bodyParser({
    enableTypes: ['form'],
    formLimit,
    encoding: 'utf-8',
    onError(error) {
      const large = (error as { status?: number }).status === 413;
      throw large
        ? new RollcallError('too_large', 413, 'This form holds more than a page of ours sends.')
        : new RollcallError('bad_request', 400, 'This form could not be read.', { cause: error });
    },
  });

const parse = parserOf('32kb');
const parseLarge = parserOf('512kb');

/** Parses a form. Only its own, plain text fields remain: no arrays, no objects, nothing that reaches a query or a prototype. */
export const formBody = (ctx: Context, next: Next): Promise<void> => readForm(parse, ctx, next);

/** The same for a form of many boxes. */
export const largeFormBody = (ctx: Context, next: Next): Promise<void> => readForm(parseLarge, ctx, next);

async function readForm(parser: typeof parse, ctx: Context, next: Next): Promise<void> {
  await parser(ctx as never, async () => {});
  const raw = (ctx.request as { body?: Record<string, unknown> }).body ?? {};
  if (malformedTexts(raw, 1).length) throw new RollcallError('bad_request', 400, 'This form could not be read.');
  const fields: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(raw)) if (typeof value === 'string') fields[key] = value;
  (ctx.request as { body?: unknown }).body = fields;
  await next();
}

/** A form as it came: every pair in its order, repeated ones too. Empty where the body is no form. */
export async function rawForm(ctx: Context): Promise<URLSearchParams> {
  await parse(ctx as never, async () => {});
  return new URLSearchParams((ctx.request as { rawBody?: string }).rawBody ?? '');
}

/** A field of the parsed form, or an empty text. */
export function field(ctx: Context, name: string): string {
  return (ctx.request as { body?: Record<string, string> }).body?.[name] ?? '';
}

/** Every value of a field that a form may hold several times, as its boxes that are ticked. */
export function fieldValues(ctx: Context, name: string): string[] {
  return new URLSearchParams((ctx.request as { rawBody?: string }).rawBody ?? '').getAll(name);
}
