/**
 * Every text of a page, by key: one file of `locales/` for each language, in Project Fluent's format (projectfluent.org), whose selectors
 * know what a language needs. A key that isn't there shows as itself; `test/unit/pages/texts.test.ts` finds it first.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { ROOT } from '../lib/root.js';
import { escapeHtml, Html } from './html.js';
import type { Message, Value } from './message.js';

/** In which every key is. */
export const DEFAULT_LANGUAGE = 'en';
/** How dates are written where a language is read in several ways: 29 Nov 2026, which nobody reads wrongly. */
const DATES: Readonly<Record<string, string>> = { en: 'en-GB' };
const folder = join(ROOT, 'locales');

export interface Texts {
  /** A BCP 47 tag, as for `lang`. */
  language: string;
  /** For dates. */
  dates: string;
  /** A text. */
  t(key: string, args?: Record<string, Value>): string;
  /** A text with markup among its values; the rest is escaped. */
  rich(key: string, args?: Record<string, Value | Html>): Html;
  /** What a handler has named. */
  say(what: Message): string;
  /** Whether the catalogue has this key. */
  has(key: string): boolean;
  /** "a, b, and c". */
  list(items: readonly string[]): string;
}

/** The texts in every language. */
export interface Catalogue {
  /** By a tag of `languages`; English for what is none. */
  in(language: string | undefined): Texts;
  languages: readonly string[];
}

/** Reads `locales/`. Each language is made when it is first spoken. @throws Error where one can't be read */
export function loadCatalogue(): Catalogue {
  const languages = readdirSync(folder)
    .filter((name) => name.endsWith('.ftl'))
    .map((name) => name.slice(0, -'.ftl'.length))
    .sort();
  const made = new Map<string, Texts>();
  return {
    languages,
    in(wanted = DEFAULT_LANGUAGE) {
      const language = languages.includes(wanted) ? wanted : DEFAULT_LANGUAGE;
      const known = made.get(language);
      if (known) return known;
      const texts = createTexts(language, readFileSync(join(folder, `${language}.ftl`), 'utf8'));
      made.set(language, texts);
      return texts;
    },
  };
}

/** @throws Error where the catalogue can't be read */
export function createTexts(language: string, source: string): Texts {
  // Names stand in `<bdi>` where they may be of another direction; marks within a text would be read as part of it.
  const bundle = new FluentBundle(language, { useIsolating: false });
  const faults = bundle.addResource(new FluentResource(source));
  if (faults[0]) throw faults[0];
  const lists = new Intl.ListFormat(language);
  const t = (key: string, args: Record<string, Value> = {}): string => {
    const pattern = bundle.getMessage(key)?.value;
    return pattern ? bundle.formatPattern(pattern, args, []) : key;
  };
  return {
    language,
    dates: DATES[language] ?? language,
    t,
    rich(key, args = {}) {
      const markup: string[] = [];
      // Control characters stand for the markup until the text around it is escaped; what people typed has none.
      const stand = (value: Value | Html) => {
        if (!(value instanceof Html)) return typeof value === 'string' ? value.replaceAll('\u0001', '') : value;
        markup.push(value.markup);
        return `\u0001${markup.length - 1}\u0001`;
      };
      const text = t(key, Object.fromEntries(Object.entries(args).map(([name, value]) => [name, stand(value)])));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
      return new Html(escapeHtml(text).replace(/\u0001(\d+)\u0001/g, (_, at) => markup[Number(at)] ?? ''));
    },
    say: ({ key, args }) => t(key, args),
    has: (key) => bundle.hasMessage(key),
    list: (items) => lists.format(items),
  };
}
