import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendMail } from '../../src/services/mail/index.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { startServer, type TestServer } from '../support/server.js';

let mailbox: Mailbox;
let server: TestServer;
beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
});
afterAll(async () => {
  await server.close();
  await mailbox.close();
});

describe('a mail', () => {
  it('comes as text and as HTML, from this server, and isn’t in the store any more', async () => {
    const link = `${server.issuer}/recover/abc`;
    await sendMail(server.services, {
      kind: 'reset-password',
      to: 'ada@example.test',
      language: 'en',
      about: { link, minutes: 30 },
    });
    const mail = await mailbox.mailTo('ada@example.test');
    expect(mail.from).toEqual({ name: 'Rollcall', address: 'no-reply@localhost' });
    expect(mail.subject).toBe(`Choose a new password for ${new URL(server.issuer).host}`);
    expect(linkIn(mail, server.issuer)).toBe(link);
    await expect.poll(() => server.services.models.Delivery.countDocuments({ kind: 'mail' })).toBe(0);
  });
});
