/** What one mail of each kind tells, and where names stand in it the longest that there are. */
import type { MailKind, MailKinds } from '../../src/services/mail/index.js';

const ISSUER = 'https://id.example.test';
const SECRET = 'Zm9yIHRoZSB0ZXN0cyBhbG9uZSwgYW5kIG9mIHRoZSByaWdodA';
const at = new Date('2026-11-29T22:40:00Z');
const from = { address: '2001:db8:85a3::8a2e:370:7334', browser: 'Firefox', system: 'Windows' };

export const MAILS: { [K in MailKind]: MailKinds[K] } = {
  'sign-up-code': { code: 'K7M4QX', minutes: 15 },
  'sign-up-known': { signInLink: `${ISSUER}/account`, resetLink: `${ISSUER}/recover` },
  'verify-address': { link: `${ISSUER}/verify/${SECRET}`, hours: 24 },
  'reset-password': { link: `${ISSUER}/recover/${SECRET}`, minutes: 30 },
  'confirm-new-address': { link: `${ISSUER}/verify/${SECRET}`, hours: 24 },
  'confirm-old-address': { link: `${ISSUER}/verify/${SECRET}`, hours: 24, email: 'grace@example.test' },
  'address-taken': { signInLink: `${ISSUER}/account` },
  'address-changed': { at, email: 'grace@example.test' },
  invitation: {
    link: `${ISSUER}/join/invitation/${SECRET}`,
    organization: 'Byron & Lovelace',
    inviter: 'Ada Byron',
    message: 'Hello Grace,\n\nthis is where we keep the invoices.',
    until: new Date('2026-12-06T00:00:00Z'),
  },
  'join-request': { link: `${ISSUER}/organizations/acme/requests`, organization: 'Byron & Lovelace', count: 3 },
  'join-request-accepted': { link: `${ISSUER}/organizations/acme`, organization: 'Byron & Lovelace' },
  'new-sign-in': { at, zone: 'Europe/London', from },
  'password-changed': { at, zone: 'UTC', from, byOperator: false },
  'account-deleted': { at, zone: 'Europe/London', from, until: new Date('2026-12-13T22:40:00Z') },
  'roles-given': {
    organizations: [
      { name: 'Byron & Lovelace', roles: ['Billing', 'Travel'] },
      { name: 'Acme', roles: ['Admin'] },
    ],
    more: 0,
  },
};

const LONG_NAME = `${'Donaudampfschifffahrtsgesellschaft'.repeat(5)} 🦊 مرحبا`;

export const LONG: Partial<{ [K in MailKind]: MailKinds[K] }> = {
  invitation: {
    ...MAILS.invitation,
    organization: LONG_NAME,
    inviter: LONG_NAME,
    message: `${'https://a-long-address.example.test/'.repeat(8)}\nمرحبا بك`,
  },
  'roles-given': { organizations: [{ name: LONG_NAME, roles: [LONG_NAME] }], more: 3 },
};
