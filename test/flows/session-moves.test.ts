import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { User } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { endMemberSessions } from '../../src/services/end-member-sessions.js';
import { endUserSessions } from '../../src/services/end-user-sessions.js';
import { endOtherSessions, endOwnSession, listOwnSessions } from '../../src/services/own-sessions.js';
import { endUserSession, listUserSessions } from '../../src/services/user-sessions.js';
import { makeApplication, makeOrganization, makeUser } from '../support/factories.js';
import { inBetween } from '../support/in-between.js';
import { signIn } from '../support/login.js';
import { relyingParty } from '../support/relying-party.js';
import { startServer, type TestServer } from '../support/server.js';

/** A session gets another id with each answer in a login. What happens to it at that moment happens to it under either. */
let server: TestServer;
let one: string;
let other: string;
beforeAll(async () => {
  server = await startServer();
  [one, other] = (await Promise.all(
    [1, 2].map(async () => (await makeApplication(server.services, { firstParty: false }))._id),
  )) as [string, string];
});
afterAll(() => server?.close());

/** Somebody who is signed in, in front of an application's consent page. */
async function atConsent() {
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  const { browser } = await signIn(server, one, { user });
  return { user, organization, browser };
}

type World = Awaited<ReturnType<typeof atConsent>>;

const sessions = () => server.services.models.oidc.Session.collection;
/** The first write of a session's next id, and the one by which the former one ends. */
const WRITES = {
  'before it goes on under its next id': { when: () => true },
  'while it goes from one id to the next': { when: () => true, after: true },
  'once the former id has ended': {
    when: (_filter: object, { $set }: { $set?: { ended?: boolean } }) => $set?.ended === true,
    after: true,
  },
} as const;

const [list, system] = [
  (user: User) => listOwnSessions(server.services, themselves(user._id), 'none'),
  (user: User) => listUserSessions(server.services, SYSTEM, user._id),
];
const ENDS: Record<string, (world: World) => Promise<() => Promise<unknown>>> = {
  'its person, with all others':
    async ({ user }) =>
    () =>
      endOtherSessions(server.services, themselves(user._id), 'none'),
  'its person, by itself': async ({ user }) => {
    const [{ id = '' } = {}] = await list(user);
    return () => endOwnSession(server.services, themselves(user._id), id);
  },
  'an operator, by itself': async ({ user }) => {
    const [{ id = '' } = {}] = await system(user);
    return () => endUserSession(server.services, SYSTEM, user, id);
  },
  'a new password':
    async ({ user }) =>
    () =>
      endUserSessions(server.services, user._id),
};

describe.each(Object.keys(WRITES) as (keyof typeof WRITES)[])('a session that is ended %s', (moment) => {
  it.each(Object.keys(ENDS))('stays ended: by %s', async (by) => {
    const world = await atConsent();
    const end = (await ENDS[by]?.(world)) as () => Promise<unknown>;
    inBetween(sessions(), 'updateOne', end, WRITES[moment]);
    await world.browser.submit('Allow');
    expect(world.browser.status).toBeLessThan(500);
    await world.browser.open('/account');
    expect(world.browser.has('Sign in')).toBe(true);
    expect(await list(world.user)).toEqual([]);
  });

  it('asks for a new sign-in where an organization has ended it there (R6)', async () => {
    const { user, organization, browser } = await atConsent();
    const key = { organizationId: organization._id, userId: user._id };
    inBetween(sessions(), 'updateOne', () => endMemberSessions(server.services, SYSTEM, key), WRITES[moment]);
    await browser.submit('Allow');
    const { browser: again } = await (await relyingParty(server, other)).begin(browser);
    expect(again.has('Sign in')).toBe(true);
  });

  it('is no other one: what is kept when all others end goes on', async () => {
    const { user, browser } = await atConsent();
    const [{ uid = '' } = {}] = await server.services.models.oidc.Session.find({ accountId: user._id }).lean();
    const end = () => endOtherSessions(server.services, themselves(user._id), uid);
    inBetween(sessions(), 'updateOne', end, WRITES[moment]);
    await browser.submit('Allow');
    await browser.open('/account');
    expect(browser.has('Sign out')).toBe(true);
  });
});

it('two tabs that go on at the same moment: one does, the other is told to begin again, and the person stays signed in', async () => {
  const { user, browser } = await atConsent();
  const first = { url: browser.url, html: browser.html };
  await (await relyingParty(server, other)).begin(browser);
  expect(browser.has('Allow')).toBe(true);
  const second = { url: browser.url, html: browser.html };
  Object.assign(browser, first);
  const answers: number[] = [];
  inBetween(sessions(), 'updateOne', async () => {
    Object.assign(browser, second);
    await browser.submit('Allow');
    answers.push(browser.status);
  });
  await browser.submit('Allow');
  answers.push(browser.status);
  expect(answers).toEqual([303, 400]);
  await browser.open('/account');
  expect(browser.has('Sign out')).toBe(true);
  expect(await list(user)).toHaveLength(1);
});
