/** What people change of their own account, and that applications hear of it. */
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import { changeOwnProfile } from '../../src/services/change-own-profile.js';
import { setOwnPicture } from '../../src/services/pictures/index.js';
import { makeApplication, makeOrganization, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { signIn } from '../support/login.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

const stored = (id: string) => server.services.models.User.findById(id).lean();

async function somebody() {
  const user = await makeUser(server.services);
  const organization = await makeOrganization(server.services, { founder: user._id });
  return { user, organization, browser: await signedIn(server, user) };
}

describe('one’s own profile', () => {
  it('is changed by a form: the account, its memberships and the log have it', async () => {
    const { user, browser } = await somebody();
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Save', { name: '  Ada   Lovelace ', locale: 'en', zoneinfo: 'Europe/London' });
    expect(browser.has('Your profile is saved.')).toBe(true);
    expect(browser.html).toContain('value="Ada Lovelace"');
    expect(await stored(user._id)).toMatchObject({
      name: 'Ada Lovelace',
      profile: { locale: 'en', zoneinfo: 'Europe/London' },
      revision: 1,
    });
    const { models } = server.services;
    expect(await models.Membership.findOne({ userId: user._id }).lean()).toMatchObject({ name: 'Ada Lovelace' });
    expect((await models.Membership.findOne({ userId: user._id }).lean())?.words).toContain('lovelace');
    await browser.submit('Save', { name: 'Ada Lovelace', locale: '', zoneinfo: '' });
    expect((await stored(user._id))?.profile).toEqual({});
    const before = (await stored(user._id))?.updatedAt;
    await browser.submit('Save', { name: 'Ada Lovelace', locale: '', zoneinfo: '' });
    expect((await stored(user._id))?.updatedAt).toEqual(before);
  });

  it('leaves the claims that others have set', async () => {
    const { user, browser } = await somebody();
    await server.services.models.User.updateOne(
      { _id: user._id },
      { $set: { profile: { nickname: 'A', locale: 'xx-odd', zoneinfo: 'Nowhere/Land' } } },
    );
    await browser.open('/account');
    expect(await htmlFaults(browser.html)).toEqual([]);
    await browser.submit('Save', { name: 'Ada', locale: 'xx-odd', zoneinfo: 'Nowhere/Land' });
    expect(browser.status).toBe(200);
    expect((await stored(user._id))?.profile).toEqual({ nickname: 'A', locale: 'xx-odd', zoneinfo: 'Nowhere/Land' });
  });

  it.each([
    [{ name: '   ' }, 'Enter your name.'],
    [{ name: 'x'.repeat(201) }, 'Use at most 200 characters.'],
    [{ locale: 'tlh' }, 'Choose one from the list.'],
    [{ zoneinfo: '../../etc/passwd' }, 'Choose one from the list.'],
  ])('refuses %j in words, keeps what was typed, and changes nothing', async (wrong, words) => {
    const { user, browser } = await somebody();
    await browser.submit('Save', { name: 'Kept', locale: '', zoneinfo: '', ...wrong });
    expect(browser.status).toBe(422);
    expect(browser.has(words)).toBe(true);
    expect(browser.html).toContain(`value="${'name' in wrong ? wrong.name?.trim() : 'Kept'}"`);
    expect(await htmlFaults(browser.html)).toEqual([]);
    expect(await stored(user._id)).toMatchObject({ name: user.name });
  });

  it('tells the second of two who change it at once, and nothing that they typed is lost', async () => {
    const { user, browser } = await somebody();
    const actor = themselves(user._id);
    const wanted = { name: 'First', locale: null, zoneinfo: null };
    await changeOwnProfile(server.services, actor, wanted, { revision: 0 });
    await browser.submit('Save', { name: 'Second', locale: '', zoneinfo: '' });
    expect(browser.status).toBe(422);
    expect(browser.html).toContain('value="Second"');
    expect((await stored(user._id))?.name).toBe('First');
    await browser.submit('Save', { name: 'Second', locale: '', zoneinfo: '' });
    expect((await stored(user._id))?.name).toBe('Second');
    const both = [1, 2].map((at) =>
      changeOwnProfile(server.services, actor, { ...wanted, name: `Same moment ${at}` }, { revision: 2 }),
    );
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is in tokens and at userinfo: name, language, time zone, the address of the picture, and when it changed', async () => {
    const { user } = await somebody();
    const { services, issuer } = server;
    const application = await makeApplication(services);
    const actor = themselves(user._id);
    await changeOwnProfile(services, actor, { name: 'Ada L', locale: 'en', zoneinfo: 'Asia/Tokyo' }, { revision: 0 });
    const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await setOwnPicture(services, actor, file);
    const { flow, rp } = await signIn(server, application._id, { user });
    const tokens = await flow.tokens();
    const now = await stored(user._id);
    const told = {
      name: 'Ada L',
      locale: 'en',
      zoneinfo: 'Asia/Tokyo',
      picture: `${issuer}/pictures/${now?.picture}-512.webp`,
      updated_at: Math.floor((now?.updatedAt.getTime() ?? 0) / 1000),
    };
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject(told);
    expect(await client.fetchUserInfo(rp.config, tokens.access_token, user._id)).toMatchObject(told);
    expect((await fetch(told.picture)).status).toBe(200);
  });
});
