import { describe, expect, it } from 'vitest';
import { isEmailAddress } from '../../../src/lib/email-address.js';
import { createEncryption } from '../../../src/lib/encryption.js';
import { isStoreAway } from '../../../src/lib/errors.js';
import { digest, newId, newSecret } from '../../../src/lib/ids.js';
import { createLogger } from '../../../src/lib/logger.js';
import { hashPassword, needsRehash, verifyPassword } from '../../../src/lib/password.js';
import { passwordFault } from '../../../src/lib/password-policy.js';
import { createSigner } from '../../../src/lib/signatures.js';

describe('a password', () => {
  it.each([
    ['fourteen chars', true],
    ['fifteen chars a', false],
    ['correct horse battery staple', false],
    ['passwordpassword', true],
    ['aaaaaaaaaaaaaaaaaaaa', true],
    ['123456789012345', true],
    ['qwertyuiopasdfgh', true],
    ['abcdefghijklmnop', true],
    ['東京は夜の七時です、とても長い文', false],
    ['🦊'.repeat(14), true],
    ['x'.repeat(1025), true],
  ])('%s is refused: %s', (password, refused) => {
    expect(passwordFault(password) !== undefined).toBe(refused);
  });

  it('may not be made of who one is', () => {
    expect(passwordFault('ada.byron@acme.test', ['Ada Byron', 'ada.byron@acme.test'])).toBeDefined();
  });

  it('is hashed by argon2id with a salt, and found again in any Unicode form', async () => {
    const [one, two] = await Promise.all([hashPassword('Zoë zoë zoë zoë'), hashPassword('Zoë zoë zoë zoë')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, 'Zoë zoë zoë zoë'.normalize('NFD'))).toBe(true);
    expect(await verifyPassword(one, 'Zoe zoe zoe zoe')).toBe(false);
    expect(await verifyPassword(undefined, 'anything at all')).toBe(false);
    expect(needsRehash(one)).toBe(false);
    expect(needsRehash(one.replace('m=19456', 'm=4096'))).toBe(true);
  });
});

describe('an email address', () => {
  it.each([
    ['ada@acme.test', true],
    ['Ada.B_1+tag-x@mail.ACME.co', true],
    ["o'neil@xn--bcher-kva.example", true],
    ['ada@acme', false],
    ['ada@', false],
    ['@acme.test', false],
    ['.ada@acme.test', false],
    ['ada.@acme.test', false],
    ['ada..b@acme.test', false],
    ['ada@-acme.test', false],
    ['ada@acme-.test', false],
    ['ada@acme..test', false],
    ['ada@192.0.2.1', false],
    ['ada b@acme.test', false],
    ['ada@acme.test\n', false],
    ['ada@acme.test, bob@acme.test', false],
    ['<ada@acme.test>', false],
    [`${'a'.repeat(244)}@acme.test`, true],
    [`${'a'.repeat(245)}@acme.test`, false],
  ])('%j can be one: %s', (text, possible) => {
    expect(isEmailAddress(text)).toBe(possible);
  });
});

describe('encryption', () => {
  it('opens with an older key, and only for the context that it was sealed for', () => {
    const sealed = createEncryption(['old key']).seal('secret', 'a');
    const both = createEncryption(['new key', 'old key']);
    expect(both.open(sealed, 'a')).toBe('secret');
    expect(() => both.open(sealed, 'b')).toThrow();
    expect(() => createEncryption(['new key']).open(sealed, 'a')).toThrow();
    const [version, id, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    expect(() => both.open(`${version}.${id}.${bytes.toString('base64url')}`, 'a')).toThrow();
    expect(both.seal('secret', 'a')).not.toBe(both.seal('secret', 'a'));
  });
});

describe('an encryption key', () => {
  it('is named in what it sealed, so that what an older one sealed can be told', () => {
    const old = createEncryption(['old key']);
    const both = createEncryption(['new key', 'old key']);
    const sealed = old.seal('secret', 'a');
    expect(old.isNewest(sealed)).toBe(true);
    expect(both.isNewest(sealed)).toBe(false);
    expect(both.isNewest(both.seal('secret', 'a'))).toBe(true);
    expect(createEncryption(['old key', 'new key']).open(both.seal('secret', 'a'), 'a')).toBe('secret');
  });

  it('opens what was sealed before its name was in it, which counts as older', () => {
    const encryption = createEncryption(['key']);
    const [, , body] = encryption.seal('secret', 'a').split('.');
    expect(encryption.open(`v1.${body}`, 'a')).toBe('secret');
    expect(encryption.isNewest(`v1.${body}`)).toBe(false);
  });
});

describe('ids and secrets', () => {
  it('sort by when they were made, and hold only what URLs may', () => {
    const ids = Array.from({ length: 1000 }, () => newId('usr'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(1000);
    for (const value of [ids[0], newSecret()]) expect(value).toMatch(/^[\w-]+$/);
    expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(32);
  });

  it('a digest keeps its parts apart', () => {
    expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
    expect(digest('a', '')).not.toBe(digest('a'));
  });

  it('a signature is of one purpose', () => {
    const signer = createSigner(['new', 'old']);
    const older = createSigner(['old']).sign('csrf', 'x');
    expect(signer.verify('csrf', 'x', older)).toBe(true);
    expect(signer.verify('device', 'x', older)).toBe(false);
    expect(signer.verify('csrf', 'y', older)).toBe(false);
    expect(signer.verify('csrf', 'x', '')).toBe(false);
  });
});

describe('the log', () => {
  it('holds no secrets, and one JSON object a line', () => {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line: string) => lines.push(line) });
    logger.info(
      { password: 'p', request: { authorization: 'Basic x', code: 'c' }, token: 't', fine: 'f' },
      'line\nbreak',
    );
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] as string);
    expect(line).toMatchObject({ level: 'info', fine: 'f', msg: 'line\nbreak' });
    expect(line).toMatchObject({ password: '[redacted]', token: '[redacted]' });
    expect(line.request).toEqual({ authorization: '[redacted]', code: '[redacted]' });
    expect(new Date(line.time).getTime()).toBeGreaterThan(0);
  });
});

describe('a store that is away', () => {
  it('is known by the driver’s errors, also as a cause, and nothing else is', () => {
    for (const name of ['MongoServerSelectionError', 'MongoNetworkTimeoutError', 'MongooseServerSelectionError'])
      expect(isStoreAway(Object.assign(new Error(name), { name }))).toBe(true);
    const cause = Object.assign(new Error('x'), { name: 'MongoPoolClearedError' });
    expect(isStoreAway(new Error('outer', { cause }))).toBe(true);
    for (const error of [new Error('x'), { name: 'MongoServerError' }, undefined, null, 'Mongo'])
      expect(isStoreAway(error)).toBe(false);
  });
});
