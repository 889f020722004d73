/**
 * Views: EJS with one of two layouts, `door` for the sign-in family and `app` for a person's own pages. Values are escaped unless a
 * view says `<%-`, which only partials, icons and the library's sign-out form do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ejs from 'ejs';
import { ROOT } from '../lib/root.js';
import { assetUrl } from './view/assets.js';
import type { ViewName, Views } from './view/models.js';

export type Render = <V extends ViewName>(view: V, model: Views[V]) => string;

const views = join(ROOT, 'views');
const icons = join(dirname(createRequire(import.meta.url).resolve('lucide-static/package.json')), 'icons');

export function createRenderer(): Render {
  const templates = new Map<string, ejs.TemplateFunction>();
  const template = (name: string): ejs.TemplateFunction => {
    const known = templates.get(name);
    if (known) return known;
    const filename = join(views, `${name}.ejs`);
    const compiled = ejs.compile(readFileSync(filename, 'utf8'), { filename, root: views, cache: true });
    templates.set(name, compiled);
    return compiled;
  };
  return (view, model) => {
    const page: { title: string; layout: string; body: string } = { title: 'Rollcall', layout: 'door', body: '' };
    const locals = { ...helpers, app: null, ...model, page };
    page.body = template(view)(locals);
    return template(`layout/${page.layout}`)(locals);
  };
}

const TONES = 6;
const dates = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
const iconCache = new Map<string, string>();

const helpers = {
  asset: assetUrl,
  /** A lucide icon, inlined; `s` is small. */
  icon(name: string, more = ''): string {
    const key = `${name} ${more}`;
    const known = iconCache.get(key);
    if (known) return known;
    const source = readFileSync(join(icons, `${name}.svg`), 'utf8');
    const inner = source
      .slice(source.indexOf('>', source.indexOf('<svg')) + 1, source.lastIndexOf('</svg>'))
      .trim()
      .replace(/\s*\n\s*/g, ' ');
    const svg = `<svg class="i${more ? ` ${more}` : ''}" viewBox="0 0 24 24" aria-hidden="true">${inner}</svg>`;
    iconCache.set(key, svg);
    return svg;
  },
  /** One or two letters for an avatar. */
  initials(name: string): string {
    const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?'];
    return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
  },
  /** Which of the six quiet tones tells this one apart: a hash of the id. */
  tone(id: string): number {
    let hash = 0;
    for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
    return (hash % TONES) + 1;
  },
  date: (value: Date): string => dates.format(value),
  titleOf(title: string, errors: Record<string, string | undefined>, app: { name: string } | null): string {
    const failed = Object.values(errors).some(Boolean) ? 'Error: ' : '';
    return `${failed}${title}${app ? ` to continue to ${app.name}` : ' · Rollcall'}`;
  },
};
