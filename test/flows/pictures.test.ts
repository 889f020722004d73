/** Pictures: what is taken, what is refused in which words, and that nothing of the file is kept but what it shows. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { themselves } from '../../src/access/can.js';
import type { User } from '../../src/models/index.js';
import { SYSTEM } from '../../src/services/context.js';
import { deletePicturesOf, setOrganizationPicture, setOwnPicture } from '../../src/services/pictures/index.js';
import { makeMember, makeOrganization, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';
import { upload } from '../support/upload.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server?.close());

/** Red above, blue below. */
const drawn = (width = 300, height = 600) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: { create: { width, height: height / 2, channels: 3, background: 'blue' } }, gravity: 'south' },
  ]);

const pictureOf = async ({ _id }: User) => (await server.services.models.User.findById(_id).lean())?.picture;
const countOf = (ownerId: string) => server.services.models.Picture.countDocuments({ ownerId });
const show = (id: string | null | undefined, size = 96) => fetch(`${server.issuer}/pictures/${id}-${size}.webp`);

async function somebody() {
  const user = await makeUser(server.services);
  const browser = await signedIn(server, user);
  return { user, browser, send: (file: Buffer | null) => upload(browser, '/account/picture', file) };
}

describe('a picture', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('may be a file of the kind %s', async (kind) => {
    const user = await makeUser(server.services);
    await setOwnPicture(server.services, themselves(user._id), await drawn(64, 64).toFormat(kind).toBuffer());
    const id = await pictureOf(user);
    for (const size of [96, 512]) {
      const bytes = Buffer.from(await (await show(id, size)).arrayBuffer());
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: size, height: size });
    }
  });

  it('is cut square and turned upright, and nothing else that the file held is kept', async () => {
    const { user, browser, send } = await somebody();
    const file = await drawn()
      .withExif({ IFD0: { Artist: 'Ada Byron' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(file).metadata()).exif).toBeTruthy();
    const { status, location } = await send(file);
    expect({ status, location }).toEqual({ status: 303, location: '/account' });
    const answer = await show(await pictureOf(user));
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const made = await sharp(bytes).metadata();
    expect([made.exif, made.icc, made.xmp, made.orientation]).toEqual([undefined, undefined, undefined, undefined]);
    for (const word of ['Ada', 'Exif', 'EXIF', 'GPS']) expect(bytes.includes(word), word).toBe(false);
    // Held by its side: what was above is at the right.
    const right = await sharp(bytes).extract({ left: 80, top: 48, width: 1, height: 1 }).raw().toBuffer();
    expect((right[0] ?? 0) > 200 && (right[2] ?? 255) < 60).toBe(true);
    await browser.open('/account');
    expect(browser.html).toContain(`/pictures/${await pictureOf(user)}-96.webp`);
    expect(await htmlFaults(browser.html)).toEqual([]);
  });

  it('is replaced and removed without leaving the one before, and shows in lists by the member’s own row', async () => {
    const { user, browser, send } = await somebody();
    const organization = await makeOrganization(server.services, { founder: user._id });
    await send(await drawn(10, 10).png().toBuffer());
    const first = await pictureOf(user);
    await send(await drawn(20, 20).png().toBuffer());
    const second = await pictureOf(user);
    expect(second).not.toBe(first);
    expect([(await show(first)).status, (await show(second)).status, await countOf(user._id)]).toEqual([404, 200, 1]);
    await browser.open(`/organizations/${organization.slug}/members`);
    expect(browser.html.split(`/pictures/${second}-96.webp`)).toHaveLength(3);
    // Who joins later brings it along.
    const later = await makeOrganization(server.services);
    await makeMember(server.services, later._id, user._id);
    const rows = await server.services.models.Membership.find({ userId: user._id }).lean();
    expect(rows.map(({ picture }) => picture)).toEqual([second, second]);
    await browser.open('/account');
    await browser.submit('Remove picture');
    expect(browser.has('Your picture is gone.')).toBe(true);
    expect([await pictureOf(user), await countOf(user._id), (await show(second)).status]).toEqual([null, 0, 404]);
  });

  it('stays one where two are uploaded at once, and where one is half-made', async () => {
    const { services } = server;
    const user = await makeUser(services);
    const [one, two] = [await drawn(10, 10).png().toBuffer(), await drawn(20, 20).png().toBuffer()];
    inBetween(services.models.User, 'findOneAndUpdate', () => setOwnPicture(services, themselves(user._id), two));
    await setOwnPicture(services, themselves(user._id), one);
    expect(await countOf(user._id)).toBe(1);
    expect((await show(await pictureOf(user))).status).toBe(200);
    const old = new Date(Date.now() - 2 * 60 * 60 * 1000);
    const bytes = Buffer.from('x');
    const orphan = { _id: 'o'.repeat(43), ownerId: user._id, small: bytes, large: bytes, createdAt: old };
    await services.models.Picture.create(orphan);
    await setOwnPicture(services, themselves(user._id), one);
    expect(await countOf(user._id)).toBe(1);
    await deletePicturesOf(services, user._id);
    expect(await countOf(user._id)).toBe(0);
  });
});

describe('what is no picture', () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

  it.each<[string, () => Buffer | null | Promise<Buffer>, string]>([
    ['nothing', () => null, 'Choose a picture first.'],
    ['a text', () => Buffer.from('no picture at all'), 'This file is no picture'],
    ['SVG, which is a program', () => svg, 'This file is no picture'],
    [
      'a picture’s beginning with nothing behind it',
      () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      'This file is no',
    ],
    ['one that is cut off', async () => (await noise()).subarray(0, 5000), 'This file is no picture'],
    ['one that claims to be huge', () => claiming(60_000, 60_000), 'too many pixels'],
    ['deep colours that take more memory than others', () => claiming(5000, 5000, 16), 'too many pixels'],
    ['a bomb, whose pixels are all there', () => bomb(), 'too many pixels'],
    ['more than 5 MB', () => Buffer.alloc(5 * 1024 * 1024 + 1), 'larger than 5 MB'],
    ['far more than 5 MB', () => Buffer.alloc(12 * 1024 * 1024), 'larger than 5 MB'],
  ])('is refused in words, and leaves nothing: %s', async (_, make, words) => {
    const file = await make();
    const { user, send } = await somebody();
    const { status, html } = await send(file);
    expect([status, html.includes(words)], html).toEqual([422, true]);
    expect(html).toMatch(/<p class="error" id="picture-error" role="alert">/);
    expect(await htmlFaults(html)).toEqual([]);
    expect([await pictureOf(user), await countOf(user._id)]).toEqual([undefined, 0]);
  });

  it('is refused without the form’s token, and in whatever else a body may be', async () => {
    const { user, browser } = await somebody();
    const file = await drawn(10, 10).png().toBuffer();
    expect((await upload(browser, '/account/picture', file, { csrf: 'wrong' })).status).toBe(403);
    const parts = Array.from(
      { length: 500 },
      () => '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n',
    ).join('');
    for (const [type, body] of [
      ['multipart/form-data; boundary=b', `${parts}--b--`],
      ['multipart/form-data; boundary=b', 'nothing of the kind'],
      ['multipart/form-data', 'x'],
      ['text/plain', 'x'],
    ]) {
      const headers = { 'content-type': type ?? '', cookie: browser.cookies('/account'), origin: server.issuer };
      const answer = await fetch(`${server.issuer}/account/picture`, { method: 'POST', headers, body: body ?? '' });
      expect(answer.status, `${type} ${body?.slice(0, 20)}`).toBe(400);
    }
    expect(await countOf(user._id)).toBe(0);
  });

  it('is counted: who uploads many is told to wait', async () => {
    const { send } = await somebody();
    for (let count = 0; count < 30; count += 1) await send(null);
    const { status, html } = await send(await drawn(10, 10).png().toBuffer());
    expect([status, html.includes('You have uploaded many pictures lately')]).toEqual([422, true]);
  });

  it('is at no address', async () => {
    for (const path of [
      'x',
      `${'a'.repeat(43)}-96.webp`,
      `${'a'.repeat(43)}-97.webp`,
      '..%2f..%2fpackage.json',
      '$ne-96.webp',
    ])
      expect((await fetch(`${server.issuer}/pictures/${path}`)).status, path).toBe(404);
  });
});

describe('an organization’s picture', () => {
  it('is set by who may change its settings alone, and is in its activity', async () => {
    const { services } = server;
    const [admin, member] = [await makeUser(services), await makeUser(services)];
    const organization = await makeOrganization(services, { founder: admin._id });
    await makeMember(services, organization._id, member._id);
    const action = `/organizations/${organization.slug}/settings/picture`;
    const file = await drawn(10, 10).png().toBuffer();
    const browser = await signedIn(server, member);
    expect((await upload(browser, action, file)).status).toBe(404);
    const own = await signedIn(server, admin);
    await own.open(`/organizations/${organization.slug}/settings`);
    expect((await upload(own, action, Buffer.from('x'))).status).toBe(422);
    expect((await upload(own, action, file)).status).toBe(303);
    const stored = await services.models.Organization.findById(organization._id).lean();
    expect((await show(stored?.picture, 512)).status).toBe(200);
    await own.open('/account');
    expect(own.html).toContain(`/pictures/${stored?.picture}-96.webp`);
    await own.open(`/organizations/${organization.slug}/settings`);
    await own.submit('Remove picture');
    expect(await countOf(organization._id)).toBe(0);
    await expect(setOrganizationPicture(services, SYSTEM, 'org_none', file)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await countOf('org_none')).toBe(0);
  });
});

const noise = () =>
  sharp({
    create: {
      width: 400,
      height: 400,
      channels: 3,
      background: 'red',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();

/** A PNG whose header says so much, and holds one line. */
const claiming = (width: number, height: number, bits = 8) => png(width, height, deflateSync(Buffer.alloc(1000)), bits);

/** More pixels than are taken, all of them there: 42 MB of nothing in a file of 40 kB. */
const bomb = () => png(6500, 6500, deflateSync(Buffer.alloc(6501 * 6500)));

function png(width: number, height: number, data: Buffer, bits = 8): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Of grey.
  header.set([bits, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
