import { describe, expect, it } from 'vitest';
import { describeUserAgent } from '../../../src/lib/user-agent.js';
import { createMailRenderer } from '../../../src/mail/render.js';
import { typed, typedLines } from '../../../src/mail/typed.js';
import { wrap } from '../../../src/mail/wrap.js';
import type { MailKind } from '../../../src/services/mail/index.js';
import { languageOfUser } from '../../../src/services/mail/language-of-user.js';
import { loadCatalogue } from '../../../src/texts/catalogue.js';
import { htmlFaults } from '../../support/html.js';
import { LONG, MAILS } from '../../support/mails.js';

const catalogue = loadCatalogue();
const render = createMailRenderer(catalogue, 'https://id.example.test');
const kinds = Object.keys(MAILS) as MailKind[];

describe('each mail', () => {
  it.each(kinds)(
    '%s is worded in every language, in lines that fit, and tells the same as text and as HTML',
    async (kind) => {
      for (const language of catalogue.languages) {
        const { subject, text, html } = render({ kind, language, about: MAILS[kind] } as never);
        expect(subject).not.toMatch(/undefined|NaN|[\r\n]|mail-/);
        expect(text + html).not.toMatch(/undefined|\[object|mail-[a-z]+-/);
        const lines = text.split('\n').filter((line) => !line.includes('https://'));
        expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(72);
        const links = (body: string) => new Set(body.match(/https:\/\/[^\s"<]+/g));
        expect(links(html)).toEqual(links(text));
        for (const link of links(text)) expect(link).toMatch(/^https:\/\/id\.example\.test\//);
      }
    },
  );

  it.each(kinds)('%s is HTML without faults, also with the longest names', async (kind) => {
    const about = LONG[kind] ?? MAILS[kind];
    const { html } = render({ kind, language: 'en', about } as never);
    // Mails are made as mail clients want them, with tables and attributes of old.
    const faults = (await htmlFaults(html)).filter(
      (fault) => !/no-deprecated-attr|no-inline-style|deprecated/.test(fault),
    );
    expect(faults).toEqual([]);
  });

  it('keeps what people typed as text', () => {
    const about = { ...MAILS.invitation, organization: '<img src=x>', message: '</blockquote><script>' };
    const { html } = render({ kind: 'invitation', language: 'en', about });
    expect(html).not.toMatch(/<img|<script/);
  });

  it('holds no more of what people typed than a mail needs', () => {
    const about = { ...MAILS.invitation, organization: 'o'.repeat(5000), message: 'm'.repeat(50_000) };
    const { subject, text } = render({ kind: 'invitation', language: 'en', about });
    expect(subject.length).toBeLessThan(250);
    expect(text.length).toBeLessThan(4000);
  });
});

describe('what people typed', () => {
  it('is one line, bounded, without what reorders or hides', () => {
    expect(typed(' a\r\nBcc: b\u0000\u202e c\u200b ')).toBe('a Bcc: b c');
    expect([...typed('🦊'.repeat(500))]).toHaveLength(200);
    expect(typed('שלום')).toBe('\u2068שלום\u2069');
    expect(typed('Łódź 東京')).toBe('Łódź 東京');
    expect(typed('https://id.example.test/x/abc')).toBe('https://id.example.test/x/abc');
  });

  it('keeps its lines where it is a message', () => {
    expect(typedLines('a\r\n\r\n\r\n\r\nb\u0007\u202ec')).toBe('a\n\nb c');
  });

  it('is wrapped between words, and a link never', () => {
    const link = `https://id.example.test/${'x'.repeat(90)}`;
    expect(wrap(`${'word '.repeat(20)}${link}`).split('\n')).toContain(link);
    expect(wrap('a b', '> ')).toBe('> a b');
  });
});

it('a mail’s languages are the person’s own setting, then the one in which they signed up', () => {
  expect(languageOfUser({ profile: { locale: 'fr' }, language: 'de' })).toEqual(['fr', 'de']);
  expect(languageOfUser({ profile: { locale: 7 } })).toEqual([]);
});

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0',
    'Edge',
    'Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari',
    'iPhone',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 'Linux'],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Chrome',
    'Android',
  ],
  ['curl/8', null, null],
  [undefined, null, null],
])('a browser is called what people call it: %s', (userAgent, browser, system) => {
  expect(describeUserAgent(userAgent)).toEqual({ browser, system });
});
