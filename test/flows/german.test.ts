/** Every page in German and in English: what is the same in both is a name, a key or a word that both have. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrowserClient } from '../support/browser-client.js';
import { PASSWORD } from '../support/factories.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';
import { GIVEN, makeWorld, type World } from '../support/world.js';

let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await startServer();
  world = await makeWorld(server);
});
afterAll(() => server?.close());

/** Words that German has too, and what a program reads. */
const SHARED = new Set(
  'Name Person Status Code Browser Token API CSV JSON Rollcall Admin Member AB GH TA Action read approve Slug optional Domain Domains English Deutsch'.split(
    ' ',
  ),
);

/** What stands in the store is in its own language: what people gave, and the built-in roles. */
const STORED = [...GIVEN, 'Belongs to the organization', 'Runs the organization: people, roles and settings'];

/** Whether it is no language at all: a key, an id, an address, a path, a number or a moment. */
const isPlain = (text: string) =>
  /^[\w.:/@%?=&;#+-]*[\d_:./@-][\w.:/@%?=&;#+-]*$/.test(text) || !/\p{L}{2}/u.test(text);

/** The texts of a page: between tags, and in the attributes that are read out or shown. */
function textsIn(html: string): string[] {
  const page = html
    .replace(/<(script|style|svg|code|pre|time)\b[\s\S]*?<\/\1>/g, '\n')
    // Time zones by their identifiers.
    .replace(/<option value="(?:UTC|[A-Z]\w+\/[^"]+)"[\s\S]*?<\/option>/g, '\n');
  const attributes = [...page.matchAll(/\b(?:aria-label|title|alt|placeholder|data-picked|data-failed)="([^"]*)"/g)];
  return [...attributes.map(([, text = '']) => text), ...page.split(/<[^>]*>/)]
    .map((text) =>
      text
        .replace(/&[#\w]+;/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean);
}

function sameIn(english: string, german: string): string[] {
  const known = new Set(textsIn(english));
  return [...new Set(textsIn(german))].filter((text) => {
    if (!known.has(text)) return false;
    const rest = STORED.reduce((left, one) => left.replaceAll(one, ' '), text).trim();
    return rest.split(/[\s,()·]+/).some((word) => word && !SHARED.has(word) && !isPlain(word));
  });
}

async function signedIn(language: string): Promise<BrowserClient> {
  const browser = new BrowserClient(server.issuer, language);
  await browser.open('/account');
  return browser.submit(language === 'de' ? 'Anmelden' : 'Sign in', { email: world.ada.email, password: PASSWORD });
}

it('leaves no English on any page of an account or an organization', async () => {
  const [english, german] = [await signedIn('en'), await signedIn('de')];
  const found: Record<string, string[]> = {};
  for (const [about, path] of Object.entries(world.addresses)) {
    await Promise.all([english.open(path), german.open(path)]);
    expect([german.status, german.html.includes('<html lang="de">')], about).toEqual([200, true]);
    const same = sameIn(english.html, german.html);
    if (same.length) found[about] = same;
  }
  expect(found).toEqual({});
});

it('leaves no English on the way in and out', async () => {
  const rp = await relyingParty(server, world.application._id);
  const at = (language: string) =>
    rp.begin(new BrowserClient(server.issuer, language), { scope: 'openid profile email' });
  const [{ browser: english }, { browser: german }] = [await at('en'), await at('de')];
  const found: string[] = [];
  const compare = () => {
    expect(german.html).not.toBe(english.html);
    found.push(...sameIn(english.html, german.html));
  };
  compare();
  await Promise.all([english.follow('Create account'), german.follow('Konto anlegen')]);
  compare();
  const nothing = { name: '', email: 'x', password: 'short' };
  await Promise.all([english.submit('Create account', nothing), german.submit('Konto anlegen', nothing)]);
  expect(german.status).toBe(422);
  compare();
  await Promise.all([english.follow('Sign in'), german.follow('Anmelden')]);
  const ada = { email: world.ada.email, password: PASSWORD };
  await Promise.all([english.submit('Sign in', ada), german.submit('Anmelden', ada)]);
  expect(german.has('Tariff-App zulassen?')).toBe(true);
  compare();
  for (const path of [
    '/oauth2/device',
    '/oauth2/device?user_code=BCDF-GHJK',
    '/nothing',
    '/interaction/nothing',
    '/oauth2/logout',
  ]) {
    await Promise.all([english.open(path), german.open(path)]);
    compare();
  }
  expect(found).toEqual([]);
});
