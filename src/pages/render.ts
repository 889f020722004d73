/**
 * Views: EJS with one of two layouts, `door` for the sign-in family and `app` for a person's own pages. Values are escaped unless a
 * view says `<%-`, which only partials, icons and the library's sign-out form do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ejs from 'ejs';
import { ROOT } from '../lib/root.js';
import { COLORS } from '../models/organization.js';
import { picturePath } from '../models/picture.js';
import type { Catalogue, Texts } from '../texts/catalogue.js';
import { Html, html } from '../texts/html.js';
import type { Message } from '../texts/message.js';
import { textsFor } from './language.js';
import { assetUrl } from './view/assets.js';
import type { ViewName, Views } from './view/models.js';
import { timesIn } from './view/times.js';

/** @param heard whom it is for; of the request under way unless given */
export type Render = <V extends ViewName>(view: V, model: Views[V], heard?: Parameters<typeof textsFor>[1]) => string;

interface Page {
  title: string;
  layout: string;
  /** Text to read: a narrower column. */
  reading: boolean;
  /** Seconds after which it is loaded again where no script does it; 0: not. */
  refresh: number;
  body: string;
}

const views = join(ROOT, 'views');
const icons = join(dirname(createRequire(import.meta.url).resolve('lucide-static/package.json')), 'icons');

export function createRenderer(catalogue: Catalogue): Render {
  const speakers = new Map<Texts, ReturnType<typeof speaking>>();
  const speakerOf = (texts: Texts) => {
    const known = speakers.get(texts) ?? speaking(texts);
    speakers.set(texts, known);
    return known;
  };
  const templates = new Map<string, ejs.TemplateFunction>();
  const template = (name: string): ejs.TemplateFunction => {
    const known = templates.get(name);
    if (known) return known;
    const filename = join(views, `${name}.ejs`);
    const compiled = ejs.compile(readFileSync(filename, 'utf8'), { filename, root: views, cache: true });
    templates.set(name, compiled);
    return compiled;
  };
  return (view, model, heard) => {
    const texts = textsFor(catalogue, heard);
    const page: Page = { title: 'Rollcall', layout: 'door', reading: false, refresh: 0, body: '' };
    const { organization } = 'frame' in model ? model.frame : { organization: null };
    const titleOf = titling(texts, organization);
    const locals = { ...helpers, ...speakerOf(texts), titleOf, app: null, look: null, ...model, page };
    page.body = template(view)(locals);
    return template(`layout/${page.layout}`)(locals);
  };
}

const TONES = 6;
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
  /** The same for what may have a colour of its own. */
  toneOf: ({ id, color }: { id: string; color?: string | null }): number =>
    color && (COLORS as readonly string[]).includes(color)
      ? (COLORS as readonly string[]).indexOf(color) + 1
      : helpers.tone(id),
  /** Where the small size of an uploaded picture is. */
  pictureUrl: (id: string): string => picturePath(id, 96),
  /** Markup for a text of the catalogue: a name that stands out, and what a program reads. */
  strong: (text: string): Html => html`<strong><bdi>${text}</bdi></strong>`,
  bdi: (text: string): Html => html`<bdi>${text}</bdi>`,
  mono: (text: string): Html => html`<code>${text}</code>`,
  /** What a partial has made, as a value of a text. */
  included: (markup: string): Html => new Html(markup.trim()),
};

const numbersIn = (language: string): ((value: number) => string) => {
  const format = new Intl.NumberFormat(language);
  return (value) => format.format(value);
};

/** Those that speak. */
const speaking = ({ language, dates, t, rich, say }: Texts) => ({
  language,
  t,
  rich,
  say,
  /** What a handler has named, with each text in it told apart from what is around: it may be of another direction. */
  tell: ({ key, args = {} }: Message): Html =>
    rich(
      key,
      Object.fromEntries(
        Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? helpers.bdi(value) : value]),
      ),
    ),
  number: numbersIn(language),
  ...timesIn(dates),
});

/** A window's title: what the page is, where it is, and that something is wrong. */
const titling =
  ({ t }: Texts, organization: { name: string } | null) =>
  (title: string, errors: Record<string, unknown>, app: { name: string } | null): string => {
    const own = organization ? t('title-of', { title, organization: organization.name }) : t('title-own', { title });
    const whole = app ? t('title-to', { title, app: app.name }) : own;
    return Object.values(errors).some(Boolean) ? t('title-error', { title: whole }) : whole;
  };
