import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { describe, expect, it } from 'vitest';
import { isPasswordHash, needsRehash, passwordHashFault, verifyPassword } from '../../../src/lib/password.js';

const PASSWORD = 'correct horse battery staple';
const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
const salt = Buffer.from('a salt of bytes!');

/** The hash of a known system's documentation where there is one, else made here by the kind's definition. */
const hashes: Record<string, () => string | Promise<string>> = {
  'bcrypt, $2b': () => bcrypt(PASSWORD, 6),
  'bcrypt, $2y as PHP writes it': async () => (await bcrypt(PASSWORD, 6)).replace('$2b', '$2y'),
  scrypt: () =>
    `$scrypt$ln=14,r=8,p=1$${unpadded(salt)}$${unpadded(scryptSync(PASSWORD, salt, 32, { N: 2 ** 14, r: 8, p: 1 }))}`,
  'PBKDF2 as PHC': () =>
    `$pbkdf2-sha256$i=1000,l=32$${unpadded(salt)}$${unpadded(pbkdf2Sync(PASSWORD, salt, 1000, 32, 'sha256'))}`,
  'PBKDF2 as passlib': () =>
    `$pbkdf2-sha512$1000$${unpadded(salt).replaceAll('+', '.')}$${unpadded(pbkdf2Sync(PASSWORD, salt, 1000, 64, 'sha512')).replaceAll('+', '.')}`,
  'PBKDF2 as Django': () =>
    `pbkdf2_sha256$1000$plain$${pbkdf2Sync(PASSWORD, 'plain', 1000, 32, 'sha256').toString('base64')}`,
  'a weak argon2id': () => argon2(PASSWORD, { algorithm: 2, memoryCost: 4096, timeCost: 1, parallelism: 1 }),
};

describe('a hash from elsewhere', () => {
  it.each(Object.entries(hashes))('by %s is verified, and made anew at the first sign-in', async (_name, make) => {
    const hash = await make();
    expect(isPasswordHash(hash)).toBe(true);
    expect(await verifyPassword(hash, PASSWORD)).toBe(true);
    expect(await verifyPassword(hash, `${PASSWORD}r`)).toBe(false);
    expect(needsRehash(hash)).toBe(true);
  });

  it.each([
    '$pbkdf2-sha256$1000$YSBzYWx0IG9mIGJ5dGVzIQ$SEtLsGH555aYCo22Q.THE0rKQh0w6H3r3ZSS6kGzZKw',
    '$scrypt$ln=10,r=8,p=1$YSBzYWx0IG9mIGJ5dGVzIQ$OHy5egaLn/cYDvVuZNyXCaliTpte8weHhIRmWp+s0GE',
  ])('that another program made is verified: %s', async (hash) => {
    expect(await verifyPassword(hash, PASSWORD)).toBe(true);
  });

  it('of no known kind is refused', () => {
    for (const text of ['', 'password', '5f4dcc3b5aa765d61d8327deb882cf99', '$1$salt$hash', '$argon2id$', '$2b$99$x'])
      expect(isPasswordHash(text), text).toBe(false);
  });

  it('that asks for more than a sign-in may cost is refused as that, and what is recommended anywhere is not', () => {
    const tail = `$${unpadded(salt)}$${unpadded(Buffer.alloc(32, 1))}`;
    const bcryptTail = 'a'.repeat(53);
    const costly = [
      `$scrypt$ln=20,r=15,p=99${tail}`,
      `$scrypt$ln=18,r=8,p=1${tail}`,
      `$scrypt$ln=17,r=8,p=3${tail}`,
      `$scrypt$ln=1,r=99999999,p=1${tail}`,
      `$pbkdf2-sha256$i=99999999${tail}`,
      `$pbkdf2-sha1$5000000${tail}`,
      `$pbkdf2-sha256$1000000$${unpadded(salt)}$${unpadded(Buffer.alloc(700, 1))}`,
      `pbkdf2_sha256$99999999$plain$${Buffer.alloc(32, 1).toString('base64')}`,
      `$2b$16$${bcryptTail}`,
      `$2b$31$${bcryptTail}`,
      `$argon2id$v=19$m=1048576,t=1,p=1${tail}`,
      `$argon2id$v=19$m=65536,t=999,p=1${tail}`,
      `$argon2id$v=19$m=65536,t=1,p=255${tail}`,
    ];
    for (const text of costly) expect(passwordHashFault(text), text).toContain('afford');
    const fine = [
      `$scrypt$ln=17,r=8,p=1${tail}`,
      `$scrypt$ln=13,r=8,p=10${tail}`,
      `$pbkdf2-sha1$1300000${tail}`,
      `$pbkdf2-sha512$210000$${unpadded(salt)}$${unpadded(Buffer.alloc(64, 1))}`,
      `pbkdf2_sha256$1200000$plain$${Buffer.alloc(32, 1).toString('base64')}`,
      `$2b$15$${bcryptTail}`,
      `$argon2id$v=19$m=262144,t=3,p=1${tail}`,
      `$argon2id$v=19$m=65536,t=3,p=4${tail}`,
    ];
    for (const text of fine) expect(passwordHashFault(text), text).toBeUndefined();
  });

  it('that is stored and asks for too much, or is broken, matches no password and costs no more than another', async () => {
    const tail = `$${unpadded(salt)}$${unpadded(Buffer.alloc(32, 1))}`;
    for (const stored of [
      `$scrypt$ln=20,r=15,p=99${tail}`,
      `$scrypt$ln=63,r=99,p=1${tail}`,
      `$pbkdf2-sha256$i=99999999${tail}`,
      `$2b$31$${'a'.repeat(53)}`,
      `$argon2id$v=19$m=4294967295,t=99,p=1${tail}`,
      `$argon2id$v=19$m=1,t=0,p=0${tail}`,
      '',
      'nothing',
    ])
      expect(await verifyPassword(stored, PASSWORD), stored).toBe(false);
    expect(await verifyPassword('nothing', 'a password that nobody has')).toBe(false);
  });
});
