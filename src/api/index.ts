/**
 * The management API (`/api/v1`), its description (`/api/openapi.json`) and the page that shows it (`/api/docs`). Each noun is a folder of
 * endpoints, which are data (`endpoint.ts`); `nouns.ts` lists the nouns. A call is matched to one, authenticated, counted, authorized,
 * validated, looked up by its `Idempotency-Key`, and handed to the handler, in that order (`serve.ts`).
 *
 * What protocol clients call besides, dynamic registration, is in `register.ts`.
 */
import type { Context, Next } from 'koa';
import type { ApiDeps } from './serve.js';

export type { ApiDeps };

const isApi = (path: string) => path === '/api' || path.startsWith('/api/');

/** The nouns and their schemas are loaded with the first call: a start needs none of them. */
export function createApi(deps: ApiDeps) {
  let serving: Promise<(ctx: Context) => Promise<void>> | undefined;
  return async function api(ctx: Context, next: Next): Promise<void> {
    if (!isApi(ctx.path)) return next();
    serving ??= import('./serve.js').then(({ createServing }) => createServing(deps));
    await (await serving)(ctx);
  };
}
