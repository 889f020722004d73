/** In which language a page is: what an application asks for, else the person's own setting, else what the browser says, else English. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application, User } from '../../src/models/index.js';
import { BrowserClient } from '../support/browser-client.js';
import { askedAbout, makeDeviceApplication, startDevice } from '../support/device.js';
import { makeApplication, makeOrganization, makeUser, PASSWORD } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let application: Application;

beforeAll(async () => {
  server = await startServer();
  application = await makeApplication(server.services, { organization: 'none' });
});
afterAll(() => server?.close());

const speaking = (language?: string) => new BrowserClient(server.issuer, language);

/** The language that a page says it is in. */
const languageOf = ({ html }: Pick<BrowserClient, 'html'>) => /<html lang="([^"]*)"/.exec(html)?.[1];

/** What a browser gets that says this of its languages. */
async function get(path: string, language?: string, origin = server.issuer) {
  const headers = { accept: 'text/html', ...(language === undefined ? {} : { 'accept-language': language }) };
  const response = await fetch(origin + path, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

/** Somebody with a setting of their own. */
async function person(locale?: unknown): Promise<User> {
  const user = await makeUser(server.services);
  await makeOrganization(server.services, { founder: user._id });
  if (locale !== undefined)
    await server.services.models.User.updateOne({ _id: user._id }, { $set: { profile: { locale } } });
  return user;
}

/** The first page of a login. */
async function login(parameters: Record<string, string>, browser = speaking()) {
  const rp = await relyingParty(server, application._id);
  return rp.begin(browser, parameters);
}

describe('what a browser says', () => {
  it.each([
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr,de;q=0.5,en;q=0.4', 'de'],
    ['en;q=0.4,de;q=0.5', 'de'],
    ['DE-de', 'de'],
    ['fr-CH, nl', 'en'],
    ['de;q=0, en', 'en'],
    ['de;q=0', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    // What is malformed is passed over, and the rest of it counts.
    [';;;,,q=1,=,de;q=x', 'en'],
    ['../../etc/passwd, de;q=0.1', 'de'],
    ['de_DE@euro', 'en'],
    ['constructor,__proto__', 'en'],
    [`${'x-'.repeat(2000)}de`, 'en'],
  ])('%s is answered in %s', async (header, language) => {
    const page = await get('/oauth2/device', header);
    expect([page.status, languageOf(page)]).toEqual([200, language]);
    expect(page.headers.get('content-language')).toBe(language);
    expect(page.headers.get('vary')).toContain('Accept-Language');
  });
});

describe('what an application asks for', () => {
  it.each([
    ['de', 'en', 'de'],
    ['fr de en', 'en', 'de'],
    ['de-AT', 'en', 'de'],
    ['en-GB de', 'de', 'en'],
    ['fr xx-YY', 'de', 'de'],
    ['fr', undefined, 'en'],
    ['../de \u0000 <script>', 'de', 'de'],
  ])('by ui_locales %j comes before the browser’s %s: %s', async (uiLocales, header, language) => {
    const { browser } = await login({ ui_locales: uiLocales }, speaking(header));
    expect(browser.has(language === 'de' ? 'Angemeldet bleiben' : 'Keep me signed in')).toBe(true);
    expect(languageOf(browser)).toBe(language);
  });

  it('comes before the person’s own setting, through the whole login', async () => {
    const user = await person('en');
    const third = await makeApplication(server.services, { firstParty: false, organization: 'required' });
    const rp = await relyingParty(server, third._id);
    const { browser } = await rp.begin(speaking('en'), { ui_locales: 'de' });
    await browser.submit('Anmelden', { email: user.email, password: PASSWORD });
    expect(browser.has(`${third.name} zulassen?`)).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });

  it('is in the discovery document', async () => {
    const document = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    expect(((await document.json()) as Record<string, unknown>).ui_locales_supported).toEqual(['de', 'en']);
  });
});

describe('a person’s own setting', () => {
  it('comes before what the browser says, on their pages and in a login', async () => {
    const user = await person('de-CH');
    const { browser } = await login({}, speaking('en'));
    expect(languageOf(browser)).toBe('en');
    await browser.submit('Sign in', { email: user.email, password: PASSWORD });
    await browser.open('/account');
    expect([languageOf(browser), browser.has('Abmelden')]).toEqual(['de', true]);
    await login({ prompt: 'login' }, browser);
    expect(languageOf(browser)).toBe('de');
    // Asked for in a language that there isn't, it decides as well.
    await login({ prompt: 'login', ui_locales: 'fr' }, browser);
    expect(languageOf(browser)).toBe('de');
    await browser.open('/oauth2/device');
    expect(languageOf(browser)).toBe('de');
  });

  it.each(['fr', 'de_DE', 7, { de: 1 }, ''])(
    'that is no language of ours (%j) leaves it to the browser',
    async (locale) => {
      const user = await person(locale);
      const browser = speaking('de');
      await browser.open('/account');
      await browser.submit('Anmelden', { email: user.email, password: PASSWORD });
      expect([browser.status, languageOf(browser)]).toEqual([200, 'de']);
    },
  );
});

describe('what goes wrong is said in the reader’s language', () => {
  it('where nothing is', async () => {
    for (const path of ['/nothing', '/oauth2/logout/nothing', '/setup/nothing']) {
      const page = await get(path, 'de');
      expect([page.status, page.headers.get('content-language')], path).toEqual([404, 'de']);
      expect(page.html, path).toContain('Hier ist nichts');
      expect(await htmlFaults(page.html)).toEqual([]);
    }
  });

  it('where an application’s request can’t be answered: for people in their words, for developers in English', async () => {
    const unknown = await get('/oauth2/authorize?client_id=nobody&response_type=code', 'de');
    expect([unknown.status, languageOf(unknown)]).toEqual([400, 'de']);
    expect(unknown.html).toContain('Die Anwendung, von der Sie kommen, ist hier nicht bekannt.');
    const lacking = await get('/oauth2/authorize', 'de');
    expect([lacking.status, languageOf(lacking)]).toEqual([400, 'de']);
    expect(lacking.html).toContain('Die Anfrage der Anwendung kann nicht beantwortet werden.');
    expect(lacking.html).toMatch(/<p [^>]*lang="en">[^<]*client_id[^<]*<\/p>/);
    expect(await htmlFaults(lacking.html)).toEqual([]);
    const asked = await get('/oauth2/authorize?client_id=nobody&response_type=code&ui_locales=de', 'en');
    expect(languageOf(asked)).toBe('de');
  });

  it('where another host was meant, with the headers of every page', async () => {
    const { port } = new URL(server.issuer);
    const page = await get('/account', 'de', `http://127.0.0.1:${port}`);
    expect([page.status, page.headers.get('content-language')]).toEqual([421, 'de']);
    expect(page.html).toContain('Die Adresse eines anderen Servers');
    expect(page.html).not.toContain('href="/account"');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await htmlFaults(page.html)).toEqual([]);
  });

  it('where a login is over, and where a form isn’t ours', async () => {
    expect((await get('/interaction/nobody', 'de')).html).toContain('Diese Seite gilt nicht mehr');
    const { browser } = await login({}, speaking('de'));
    await browser.submit('Anmelden', { email: 'a@b.test', password: 'x', csrf: 'wrong' });
    expect([browser.status, browser.has('Dieses Formular war zu lange offen')]).toEqual([403, true]);
  });

  it('in a form, with what was typed kept', async () => {
    const { browser } = await login({}, speaking('de'));
    await browser.submit('Anmelden', { email: 'nobody@example.test', password: 'wrong' });
    expect([browser.status, browser.has('E-Mail-Adresse und Passwort passen nicht zusammen')]).toEqual([422, true]);
    expect(browser.html).toContain('nobody@example.test');
  });

  it('for programs stays English', async () => {
    const response = await fetch(`${server.issuer}/nothing`, { headers: { 'accept-language': 'de' } });
    expect(await response.json()).toMatchObject({ message: 'There is nothing at this address.' });
    expect(response.headers.get('content-language')).toBeNull();
  });
});

describe('signing out', () => {
  /** Somebody who is signed in, in a browser that speaks English. */
  async function signedIn(locale?: string) {
    const user = await person(locale);
    const { browser } = await login({}, speaking('en'));
    return browser.submit('Sign in', { email: user.email, password: PASSWORD });
  }

  it('asks, and says what came of it, in the language that the application asked for', async () => {
    const browser = await signedIn();
    await browser.open('/oauth2/logout?ui_locales=fr%20de');
    await browser.submit('Abmelden', { logout: 'yes' });
    expect([languageOf(browser), browser.has('Ihre Sitzung in diesem Browser ist beendet.')]).toEqual(['de', true]);
  });

  it('in the person’s own language, also once nobody is signed in any more', async () => {
    const browser = await signedIn('de');
    await browser.open('/oauth2/logout');
    expect(browser.has('Abmelden?')).toBe(true);
    await browser.submit('Angemeldet bleiben');
    expect(browser.has('Weiterhin angemeldet')).toBe(true);
    await browser.open('/oauth2/logout');
    await browser.submit('Abmelden', { logout: 'yes' });
    expect(browser.has('Abgemeldet')).toBe(true);
    // Nobody is signed in, so nobody is asked.
    await browser.open('/oauth2/logout?ui_locales=de-AT');
    expect(browser.has('Abgemeldet')).toBe(true);
    await browser.open('/oauth2/logout');
    expect(browser.has('Signed out')).toBe(true);
  });

  it('passes on nothing that is no tag', async () => {
    const browser = await signedIn();
    await browser.open(`/oauth2/logout`);
    await browser.submit('Sign out', { logout: 'yes', ui_locales: 'de"><script>' });
    expect([browser.status, browser.url]).toEqual([200, `${server.issuer}/oauth2/logout/success`]);
  });
});

describe('a device’s login', () => {
  it('is in the person’s own language to its end', async () => {
    const device = await startDevice(server, await makeDeviceApplication(server.services, { organization: 'none' }));
    const user = await person('de');
    const { browser } = await askedAbout(server, device, { user, browser: speaking('en') });
    expect(browser.has('Ihr Gerät muss diesen Code anzeigen')).toBe(true);
    await browser.submit('Zulassen');
    expect(browser.has('Ihr Gerät ist verbunden')).toBe(true);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });
});
