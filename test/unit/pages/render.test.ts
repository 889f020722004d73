import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../../src/pages/render.js';
import { slugOf } from '../../../src/services/create-organization.js';
import { loadCatalogue } from '../../../src/texts/catalogue.js';

const render = createRenderer(loadCatalogue());
const evil = '<script>alert(1)</script>"\'&';

describe('a page', () => {
  it('escapes what people typed, wherever it stands', () => {
    const html = render('interaction/sign-in', {
      app: { id: 'a', name: evil, logoUri: `https://x.test/${evil}`, policyUri: 'https://x.test/p' },
      csrf: evil,
      action: '/interaction/x/sign-in',
      signUpUrl: '/interaction/x/sign-up',
      forgotUrl: '/interaction/x/recover',
      notice: undefined,
      values: { email: evil },
      errors: { form: { key: evil }, password: { key: evil } },
    });
    expect(html).not.toContain('<script>');
    expect(html).not.toMatch(/value="[^"]*"'/);
    expect(html).toContain('&lt;script&gt;');
  });

  it('ties an error to its field, says it in the title, and keeps what was typed, never the password', () => {
    const html = render('interaction/sign-up', {
      app: null,
      csrf: 'c',
      action: '/x',
      signInUrl: '/y',
      values: { name: 'Ada', email: 'ada@acme.test' },
      errors: { password: { key: 'Too short.' } },
      passwordLeast: 15,
    });
    expect(html).toMatch(/<title>Error: /);
    const described = /<input[^>]*name="password"[^>]*aria-describedby="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(described.split(' ').some((id) => new RegExp(`id="${id}"[^>]*>[^]*?Too short`).test(html))).toBe(true);
    expect(html).toMatch(/value="ada@acme.test"/);
    expect(html).not.toMatch(/<input[^>]*type="password"[^>]*value="[^"]+"/);
  });
});

describe('views', () => {
  // A mail is read where no policy and no stylesheet of ours is.
  const files = readdirSync('views', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ejs') && !name.startsWith('mail/'),
  );
  it.each(files)('%s has no style, script or handler inline, which the CSP would refuse', (name) => {
    const source = readFileSync(join('views', name), 'utf8');
    expect(source).not.toMatch(/\sstyle=|<style|<script(?! src="<%= asset\()|\son\w+=|javascript:/i);
  });
});

describe('a slug', () => {
  it.each([
    ['Acme', 'acme'],
    ['Hollis & Lane', 'hollis-lane'],
    ['Žluťoučký kůň', 'zlutoucky-kun'],
    ['東京', 'organization'],
    ['--', 'organization'],
    [`${'x'.repeat(54)} yz`, 'x'.repeat(54)],
  ])('of %s is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(slug).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});
