import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FluentResource } from '@fluent/bundle';
import { describe, expect, it } from 'vitest';
import { createTexts } from '../../../src/texts/catalogue.js';
import { html } from '../../../src/texts/html.js';

const languages = readdirSync('locales').filter((name) => name.endsWith('.ftl'));
const keysOf = (file: string) =>
  new FluentResource(readFileSync(join('locales', file), 'utf8')).body.filter(({ id }) => !id.startsWith('-'));
const english = keysOf('en.ftl');

/** The values that a message names, in its terms and selectors too. */
function valuesOf(pattern: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(pattern)) for (const one of pattern) valuesOf(one, found);
  else if (pattern && typeof pattern === 'object') {
    const part = pattern as { type?: string; name?: string };
    if (part.type === 'var' && part.name) found.add(part.name);
    else for (const one of Object.values(pattern)) valuesOf(one, found);
  }
  return found;
}

/** The names of an object literal's properties. */
function namesIn(literal: string): string[] {
  let flat = literal.trim().slice(1, -1);
  for (let before = ''; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()]*\)|\{[^{}]*\}|\[[^[\]]*\]|'[^']*'/g, '');
  }
  return flat
    .split(',')
    .map((part) => part.split(':')[0]?.trim() ?? '')
    .filter(Boolean);
}

const sources = [
  ...readdirSync('views', { recursive: true, encoding: 'utf8' }).map((name) => join('views', name)),
  ...['src/pages', 'src/mail'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ),
]
  .filter((name) => /\.(ejs|ts)$/.test(name))
  .map((name) => ({ name, source: readFileSync(name, 'utf8') }));

/** Each use of a key: `t('key', { … })`, `rich(…)`, `message(…)`, and what a table names. */
const uses = sources.flatMap(({ name, source }) =>
  [...source.matchAll(/\b(?:t|rich|message)\(\s*'([\w-]+)'(?:,\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}))?/g)].map(
    ([, key = '', args]) => ({ name, key, args }),
  ),
);
/** Keys stand as they are, so that they are found here; each is also where it is used, save for those of a table. */
const quoted = new Set(sources.flatMap(({ source }) => [...source.matchAll(/'([\w-]+)'/g)].map(([, key]) => key)));

describe('the catalogue', () => {
  it('has every key that a page uses', () => {
    const known = new Set(english.map(({ id }) => id));
    expect(uses.filter(({ key }) => !known.has(key))).toEqual([]);
    expect(uses.length).toBeGreaterThan(100);
  });

  it('has no key that no page uses', () => {
    expect(english.filter(({ id }) => !quoted.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('has no key twice', () => {
    const ids = english.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('is given the values that its texts name, and no others', () => {
    const wanted = new Map(english.map(({ id, value }) => [id, valuesOf(value)]));
    const wrong = uses.filter(({ key, args = '{}' }) => {
      return namesIn(args).sort().join() !== [...(wanted.get(key) ?? [])].sort().join();
    });
    expect(wrong).toEqual([]);
  });

  it.each(languages)('of %s has the keys of English, each with the same values', (file) => {
    const theirs = new Map(keysOf(file).map(({ id, value }) => [id, [...valuesOf(value)].sort()]));
    expect([...theirs]).toEqual(
      expect.arrayContaining(english.map(({ id, value }) => [id, [...valuesOf(value)].sort()])),
    );
    expect(theirs.size).toBe(english.length);
  });

  it.each(languages.filter((file) => file !== 'en.ftl'))('of %s says nothing as English does', (file) => {
    const words = (pattern: unknown) =>
      typeof pattern === 'string' && pattern.split(/\P{L}+/u).filter(Boolean).length > 1;
    const theirs = new Map(keysOf(file).map(({ id, value }) => [id, value]));
    const same = english.filter(({ id, value }) => words(value) && value === theirs.get(id));
    // People's names, and an address.
    expect(same.map(({ value }) => value).sort()).toEqual([
      'Ada Byron',
      'Ada Byron',
      'Chiara Vitale',
      'ada@example.com',
    ]);
  });

  it('is asked by no text that stands in a view itself', () => {
    const said = sources
      .filter(({ name }) => name.endsWith('.ejs') && !name.startsWith('views/api/') && name !== 'views/layout/api.ejs')
      .flatMap(({ name, source }) => {
        const visible = source
          .replace(/<%#[\s\S]*?%>|<style>[\s\S]*?<\/style>/g, '')
          // What a program reads is the same in every language.
          .replace(/<pre class="token">[\s\S]*?<\/pre>/g, '')
          .replace(/<%[\s\S]*?%>/g, ' ')
          .replace(/<code>\w+<\/code>|Rollcall/g, '')
          .replace(/<[^>]*?\b(?:aria-label|title|alt|placeholder)="([^"<]*)"[^>]*>/g, ' $1 ')
          .replace(/<[^>]*>/g, ' ');
        return /\p{L}/u.test(visible) ? [{ name, said: visible.trim().replace(/\s+/g, ' ') }] : [];
      });
    expect(said).toEqual([]);
  });
});

describe('a text', () => {
  const texts = createTexts('en', 'greeting = Hello { $name }, <b>you</b>\ncount = { $n } of { $all }');

  it('is escaped around the markup that stands in it, and so is what people typed', () => {
    expect(String(texts.rich('greeting', { name: html`<i>${'<x>'}</i>` }))).toBe(
      'Hello <i>&lt;x&gt;</i>, &lt;b&gt;you&lt;/b&gt;',
    );
    expect(String(texts.rich('greeting', { name: '<x>\u00010\u0001' }))).toBe(
      'Hello &lt;x&gt;0, &lt;b&gt;you&lt;/b&gt;',
    );
  });

  it('shows numbers as the language does, and a key that is missing as itself', () => {
    expect(texts.t('count', { n: 1234, all: 5 })).toBe('1,234 of 5');
    expect(texts.t('nothing')).toBe('nothing');
  });
});
