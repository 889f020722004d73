import type Router from '@koa/router';
import type { Context } from 'koa';
import { notFound } from '../lib/errors.js';
import { PICTURE_SIZES } from '../models/picture.js';
import { readPicture } from '../services/pictures/index.js';
import type { PageDeps } from './deps.js';

const FILE = /^([\w-]{43})-(\d{2,3})\.webp$/;

/** Pictures, for whoever knows their addresses: a page's reader, and applications, which show them to theirs. */
export function pictureRoutes(router: Router, deps: PageDeps): void {
  router.get('/pictures/:file', async (ctx) => showPicture(deps, ctx));
}

async function showPicture({ services }: PageDeps, ctx: Context): Promise<void> {
  const [, id = '', pixels] = FILE.exec(ctx.params.file ?? '') ?? [];
  const size = PICTURE_SIZES.find((one) => String(one) === pixels);
  const bytes = size && (await readPicture(services, id, size));
  if (!bytes) throw notFound();
  ctx.type = 'image/webp';
  // Another picture has another address.
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.set('Content-Security-Policy', "default-src 'none'");
  // Applications of other sites show it.
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
  ctx.body = bytes;
}
