import type { Context, Next } from 'koa';

export interface Asset {
  body: Buffer;
  type: string;
}

/** Serves styles, fonts and icons under paths that hold their digest, so that they may be kept for good. */
export function serveAssets(assets: ReadonlyMap<string, Asset>) {
  return function assetsHandler(ctx: Context, next: Next): Promise<void> | undefined {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.get(ctx.path) : undefined;
    if (!asset) return next();
    ctx.type = asset.type;
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.body = asset.body;
    return undefined;
  };
}
