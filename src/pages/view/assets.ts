import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from '../../lib/root.js';
import type { Asset } from '../../middleware/assets.js';

const fonts = join(dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json')), 'files');

const htmx = join(dirname(createRequire(import.meta.url).resolve('htmx.org/package.json')), 'dist');

const RANGES = {
  'inter-latin-ext-wght-normal.woff2':
    'U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF',
  'inter-latin-wght-normal.woff2':
    'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD',
};

const byName = new Map<string, string>();
const byUrl = new Map<string, Asset>();

function add(name: string, type: string, body: Buffer): string {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 10);
  const url = `/assets/${name.replace(/(\.\w+)$/, `.${digest}$1`)}`;
  byName.set(name, url);
  byUrl.set(url, { body, type });
  return url;
}

const faces = Object.entries(RANGES).map(([file, range]) => {
  const url = add(file, 'font/woff2', readFileSync(join(fonts, file)));
  return `@font-face { font-family: "Inter Variable"; font-style: normal; font-display: swap; font-weight: 100 900; src: url(${url}) format("woff2"); unicode-range: ${range}; }`;
});
add('icon.svg', 'image/svg+xml', readFileSync(join(ROOT, 'public/icon.svg')));
for (const name of ['submit.js', 'pages.js']) add(name, 'text/javascript', readFileSync(join(ROOT, 'public', name)));
add('htmx.js', 'text/javascript', readFileSync(join(htmx, 'htmx.min.js')));
add(
  'rollcall.css',
  'text/css',
  Buffer.from(`${faces.join('\n')}\n${readFileSync(join(ROOT, 'public/rollcall.css'), 'utf8')}`),
);

/** What is served under /assets, by its path, which holds its digest. */
export const assets: ReadonlyMap<string, Asset> = byUrl;

/** The path of a style, font or icon by its name. */
export function assetUrl(name: string): string {
  const url = byName.get(name);
  if (!url) throw new Error(`there is no asset ${name}`);
  return url;
}
