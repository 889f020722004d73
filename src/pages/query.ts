/** The query of a page: texts, each once. What it shouldn't hold is as if it weren't there. */
import type { Context } from 'koa';

export function textOf(ctx: Context, name: string): string {
  const value = ctx.query[name];
  return typeof value === 'string' ? value.trim() : '';
}

export function oneOf<const T extends string>(ctx: Context, name: string, values: readonly T[]): T | undefined {
  const text = textOf(ctx, name);
  return values.find((value) => value === text);
}

/** The page with some of its query changed; undefined takes a part away. */
export function hrefWith(ctx: Context, change: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...ctx.query, ...change }))
    if (typeof value === 'string' && value) query.set(name, value);
  const text = query.toString();
  return text ? `${ctx.path}?${text}` : ctx.path;
}
