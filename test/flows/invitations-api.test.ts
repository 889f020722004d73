import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Organization, User } from '../../src/models/index.js';
import { machineClient, personClient } from '../support/api.js';
import { makeGroup, makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { linkIn, type Mailbox, startMailbox } from '../support/mailbox.js';
import { startServer, type TestServer } from '../support/server.js';

let mailbox: Mailbox;
let server: TestServer;
let machine: Awaited<ReturnType<typeof machineClient>>;
let ada: User;
let acme: Organization;
let path: string;

beforeAll(async () => {
  mailbox = await startMailbox();
  server = await startServer({ mailTransport: mailbox.transport });
  machine = await machineClient(server);
  ada = await makeUser(server.services);
  acme = await makeOrganization(server.services, { name: 'Acme', founder: ada._id });
  path = `/organizations/${acme.slug}/invitations`;
  await makeRole(server.services, { key: 'billing' });
  await makeGroup(server.services, acme._id, 'Finance');
});
afterAll(async () => {
  await server?.close();
  await mailbox?.close();
});

describe('invitations by the API', () => {
  it('are made with a link for the inviter, while another one is mailed', async () => {
    const body = { email: 'New@Api.test', roles: ['billing'], groups: ['finance'], message: 'Welcome\nto us' };
    const made = await machine.post(path, { ...body, language: 'en' });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      email: 'new@api.test',
      status: 'pending',
      roles: ['billing'],
      groups: ['Finance'],
      invitedBy: `application:${machine.application._id}`,
    });
    const mail = await mailbox.mailTo('new@api.test');
    const mailed = linkIn(mail, server.issuer);
    expect(mailed).not.toBe(made.json.url);
    expect(mail.text).toContain('Welcome');
    const { url: _url, ...shown } = made.json;
    const read = await machine.get(`${path}/${made.json.id}`);
    expect(read.json).toEqual(shown);
    const rows = await server.services.models.Invitation.find({ email: 'new@api.test' }).lean();
    for (const link of [mailed, made.json.url])
      expect(JSON.stringify(rows)).not.toContain(new URL(link).pathname.split('/').at(-1));
  });

  it('are refused to members, suspended ones too, to who is invited, and for what isn’t there', async () => {
    const { services } = server;
    const member = await makeUser(services);
    await makeMember(services, acme._id, member._id);
    const elsewhere = await makeUser(services);
    const post = (body: object) => machine.post(path, body);
    expect(await post({ email: member.email })).toMatchObject({ status: 409, json: { error: 'already_member' } });
    await services.models.Membership.updateOne({ userId: member._id }, { $set: { status: 'suspended' } });
    expect(await post({ email: member.email })).toMatchObject({ status: 409, json: { error: 'already_member' } });
    expect(await post({ email: elsewhere.email })).toMatchObject({ status: 201 });
    expect(await post({ email: elsewhere.email })).toMatchObject({ status: 409, json: { error: 'already_invited' } });
    for (const body of [
      {},
      { email: 'nobody' },
      { email: 'a@b.test', roles: ['unknown'] },
      { email: 'a@b.test', groups: ['unknown'] },
      { email: 'a@b.test', expiresAt: '2001-01-01T00:00:00Z' },
      { email: 'a@b.test', application: 'unknown' },
      { email: 'a@b.test', message: 'x'.repeat(1001) },
    ])
      expect(await post(body), JSON.stringify(body)).toMatchObject({ status: 422 });
    expect(await services.models.Invitation.exists({ email: 'a@b.test' })).toBeNull();
  });

  it('are listed by status, sent again, and revoked; another organization’s are unknown', async () => {
    const { services } = server;
    const other = await makeOrganization(services, { name: 'Other' });
    const base = `/organizations/${other._id}/invitations`;
    const make = async (email: string) => (await machine.post(base, { email })).json.id as string;
    const [first, second, third] = [await make('a@list.test'), await make('b@list.test'), await make('c@list.test')];
    expect((await machine.delete(`${base}/${first}`)).status).toBe(204);
    expect((await machine.delete(`${base}/${first}`)).status).toBe(204);
    await services.models.Invitation.updateOne({ _id: second }, { $set: { expiresAt: new Date(1000) } });
    const ids = async (query: string) =>
      (await machine.get(`${base}${query}`)).json.data.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([third, second, first]);
    expect(await ids('?status=pending')).toEqual([third]);
    expect(await ids('?status=expired')).toEqual([second]);
    expect(await ids('?status=revoked')).toEqual([first]);
    const page = await machine.get(`${base}?limit=2`);
    expect(await ids(`?limit=2&cursor=${page.json.nextCursor}`)).toEqual([first]);
    expect(await machine.post(`${base}/${second}/resend`)).toMatchObject({ status: 200, json: { status: 'pending' } });
    expect(await machine.post(`${base}/${first}/resend`)).toMatchObject({
      status: 409,
      json: { error: 'invitation_answered' },
    });
    for (const call of [
      machine.get(`${path}/${third}`),
      machine.delete(`${path}/${third}`),
      machine.post(`${path}/${third}/resend`),
      machine.post(`${path}/${third}/link`),
    ])
      expect((await call).status).toBe(404);
    expect(await ids('?status=pending')).toContain(third);
  });

  it('end the earlier link of their kind with each new one', async () => {
    const made = (await machine.post(path, { email: 'links@api.test' })).json;
    const another = (await machine.post(`${path}/${made.id}/link`)).json.url;
    const works = async (url: string) => (await fetch(url, { redirect: 'manual' })).status === 303;
    const first = linkIn(await mailbox.mailTo('links@api.test'), server.issuer);
    expect([await works(made.url), await works(another), await works(first)]).toEqual([false, true, true]);
    await machine.post(`${path}/${made.id}/resend`);
    await expect.poll(() => mailbox.mailsTo('links@api.test').length).toBe(2);
    const second = linkIn(await mailbox.mailTo('links@api.test'), server.issuer);
    expect([await works(first), await works(second), await works(another)]).toEqual([false, true, true]);
  });

  it('are sent so often and no oftener', async () => {
    const made = (await machine.post(path, { email: 'flooded@api.test' })).json;
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await machine.post(`${path}/${made.id}/resend`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('give no more than who invites may give (R15)', async () => {
    const { services } = server;
    const inviter = await makeUser(services);
    const role = await makeRole(services, {
      key: 'inviter',
      organizationId: acme._id,
      management: ['invitations:read', 'invitations:write'],
    });
    const leads = await makeGroup(services, acme._id, 'Leads', ['rol_admin']);
    await makeMember(services, acme._id, inviter._id, [role._id]);
    const client = await personClient(server, { user: inviter }, { parameters: { organization: acme.slug } });
    const post = (body: object) => client.post(path, { email: 'rise@api.test', ...body });
    expect((await post({ roles: ['admin'] })).status).toBe(403);
    expect((await post({ groups: [leads.name] })).status).toBe(403);
    expect((await post({ roles: ['billing'] })).status).toBe(201);
    const plain = await makeUser(services);
    await makeMember(services, acme._id, plain._id);
    const member = await personClient(server, { user: plain }, { parameters: { organization: acme.slug } });
    expect((await member.get(path)).status).toBe(404);
  });
});
