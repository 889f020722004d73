import type { Context } from 'koa';

const LANGUAGE = /^<!doctype html>\s*<html lang="([\w-]+)"/i;

/** Says of a page which language it is in, by what it says itself, and that another reader may be answered in another. */
export function sayLanguage(ctx: Context): void {
  const [, language] = (typeof ctx.body === 'string' && ctx.body.slice(0, 100).match(LANGUAGE)) || [];
  if (!language) return;
  ctx.set('Content-Language', language);
  ctx.vary('Accept-Language');
}
