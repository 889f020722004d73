import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveEvents } from '../../src/services/audit/move-events.js';
import type { BrowserClient } from '../support/browser-client.js';
import { makeCrowd } from '../support/bulk.js';
import { makeGroup, makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';
import { ON_MONGODB } from '../support/store.js';

/** The embedded store takes a minute to be given as many as the other in ten seconds. */
const MANY = ON_MONGODB ? 100_000 : 20_000;

const ON_A_PAGE = 50;
const FIRST_BYTE_MS = 50;
/** What is counted, up to a thousand, is read one by one in the embedded store: of twenty that is soon done. */
const FACTOR = ON_MONGODB ? 3 : 5;
const TRIES = 150;

/** An organization, and somebody who may see it. */
interface Place {
  slug: string;
  members: number;
  group: string;
  /** The beginning of a member's address. */
  someone: string;
  browser: BrowserClient;
}

let server: TestServer;
const places = new Map<number, Place>();

async function crowd(members: number): Promise<void> {
  const { admin, organization, group, users } = await makeCrowd(server.services, members - 1, { grouped: true });
  const browser = await signedIn(server, admin);
  places.set(members, {
    slug: organization.slug,
    members,
    group: group?._id ?? '',
    someone: (users.at(-1) ?? admin).email.split('@')[0] as string,
    browser,
  });
}

beforeAll(async () => {
  server = await startServer();
  const { services } = server;
  const operator = await makeUser(services);
  await makeMember(services, services.systemOrganizationId, operator._id, ['rol_admin']);
  const empty = await makeOrganization(services, { name: 'Empty' });
  const group = await makeGroup(services, empty._id, 'Everyone');
  places.set(0, {
    slug: empty.slug,
    members: 0,
    group: group._id,
    someone: 'nobody',
    browser: await signedIn(server, operator),
  });
  for (const members of [1, 20, MANY]) await crowd(members);
  await moveEvents(services);
}, 120_000);
afterAll(() => server?.close());

const PAGES: Record<string, (place: Place) => string> = {
  'the overview': () => '',
  'the members': () => '/members',
  'members by when they joined': () => '/members?sort=joined&order=descending',
  'members by name': () => '/members?q=ada',
  'a member by address': ({ someone }) => `/members?q=${someone}`,
  'members whose addresses begin alike': () => '/members?q=usr',
  'members with a role': () => '/members?role=member',
  'members without what most have': () => '/members?role=admin',
  'members in a group': ({ group }) => `/members?group=${group}`,
  'members with a role, in a group, active, by name': ({ group }) =>
    `/members?q=ada&role=member&group=${group}&status=active`,
  'suspended members': () => '/members?status=suspended',
  'a role that all have': () => '/roles/member',
  'a role that one has': () => '/roles/admin',
  'a group that all are in': ({ group }) => `/groups/${group}`,
  'the groups': () => '/groups',
  'a change of everyone': () => '/bulk/new?action=give_role&everyone=1',
  activity: () => '/audit',
  settings: () => '/settings',
};

const addressOf = (place: Place, page: string) => `/organizations/${place.slug}${PAGES[page]?.(place)}`;

/** Of a page's tables. */
const rowsOf = (html: string): string[] =>
  [...html.matchAll(/<tbody>[\s\S]*?<\/tbody>/g)].flatMap(([table]) => [...table.matchAll(/<tr[\s>]/g)]).map(String);

const linkNext = (html: string) => /<a class="btn" rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');

const members = (html: string) => [...html.matchAll(/name="member" value="(mem_\w+)"/g)].map(([, id]) => id as string);

const shown = (count: number) =>
  count === 0 ? 'Nobody is here yet' : count > 1000 ? '50 of more than 1,000' : `${count} of ${count}`;

describe.each([0, 1, 20, MANY])('an organization of %i', (count) => {
  it.each(Object.keys(PAGES))('has a page of %s, of fifty rows at most', async (page) => {
    const place = places.get(count) as Place;
    await place.browser.open(addressOf(place, page));
    expect(place.browser.status).toBe(200);
    expect(rowsOf(place.browser.html).length).toBeLessThanOrEqual(ON_A_PAGE);
  });

  it('says how many members there are, and shows them from page to page, each once', async () => {
    const { browser, slug } = places.get(count) as Place;
    await browser.open(`/organizations/${slug}/members`);
    expect(members(browser.html)).toHaveLength(Math.min(count, ON_A_PAGE));
    expect(browser.has(shown(count))).toBe(true);
    const next = linkNext(browser.html);
    expect(next !== undefined).toBe(count > ON_A_PAGE);
    if (!next) return;
    const first = members(browser.html);
    await browser.open(next);
    const second = members(browser.html);
    expect(new Set([...first, ...second]).size).toBe(2 * ON_A_PAGE);
    await browser.follow('First');
    expect(members(browser.html)).toEqual(first);
  });
});

/** How long until the answer to a page begins. */
async function firstByte(place: Place, path: string): Promise<number> {
  const headers = { cookie: place.browser.cookies(path.split('?')[0] as string), accept: 'text/html' };
  const began = performance.now();
  const answer = await fetch(server.issuer + path, { headers, redirect: 'manual' });
  const took = performance.now() - began;
  await answer.text();
  return took;
}

describe(`with ${MANY} members a page begins as soon as with twenty`, () => {
  const slowest = (few: number) => Math.min(FIRST_BYTE_MS, FACTOR * few);

  async function compare(pathOf: (place: Place) => string): Promise<void> {
    const [small, big] = [places.get(20) as Place, places.get(MANY) as Place];
    let few = Number.POSITIVE_INFINITY;
    let many = Number.POSITIVE_INFINITY;
    // What else this machine does at the same time isn't the page's.
    for (let tries = 0; tries < TRIES && (tries < 5 || many >= slowest(few)); tries += 1) {
      few = Math.min(few, await firstByte(small, pathOf(small)));
      many = Math.min(many, await firstByte(big, pathOf(big)));
    }
    expect(many, `${few.toFixed(1)} ms with twenty`).toBeLessThan(slowest(few));
  }

  it.each(Object.keys(PAGES))('%s', (page) => compare((place) => addressOf(place, page)));

  it('the second page of members', async () => {
    const { browser, slug } = places.get(MANY) as Place;
    await browser.open(`/organizations/${slug}/members`);
    const next = linkNext(browser.html) as string;
    await compare((place) => (place.members === MANY ? next : `/organizations/${place.slug}/members`));
  });
});
