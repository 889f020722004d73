import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTextLookup } from '../../src/lib/dns.js';
import type { Domain, Organization, User } from '../../src/models/index.js';
import { claimOwner } from '../../src/services/claim-name.js';
import { SYSTEM } from '../../src/services/context.js';
import { findOrganization } from '../../src/services/create-organization.js';
import { addDomain } from '../../src/services/domains/add-domain.js';
import { findDomain, ownerOfDomain } from '../../src/services/domains/find-domain.js';
import { proveDomain, recordOf } from '../../src/services/domains/prove-domain.js';
import { removeDomain } from '../../src/services/domains/remove-domain.js';
import { takeDomain } from '../../src/services/domains/verify-domain.js';
import { machineClient, personClient } from '../support/api.js';
import { eventsOf } from '../support/audit.js';
import type { BrowserClient } from '../support/browser-client.js';
import { type DnsServer, startDnsServer } from '../support/dns-server.js';
import { makeDomain } from '../support/domains.js';
import { makeMember, makeOrganization, makeRole, makeUser } from '../support/factories.js';
import { htmlFaults } from '../support/html.js';
import { inBetween } from '../support/in-between.js';
import { signedIn } from '../support/pages.js';
import { startServer, type TestServer } from '../support/server.js';
import { twoServices } from '../support/two-services.js';

let dns: DnsServer;
let server: TestServer;
let admin: User;
let asAdmin: BrowserClient;
let asMember: BrowserClient;
let asOperator: BrowserClient;
let member: User;
let organization: Organization;
let path: string;
let count = 0;

/** A name that no other test uses. */
const freshName = () => `d${++count}.acme.test`;

beforeAll(async () => {
  dns = await startDnsServer();
  server = await startServer({ dnsServers: [dns.address] });
  const { services } = server;
  admin = await makeUser(services, { name: 'Ada Byron' });
  member = await makeUser(services, { name: 'Goran Stanić' });
  const operator = await makeUser(services, { name: 'Olga Operator' });
  const system = (await findOrganization(services, 'system')) as Organization;
  await makeMember(services, system._id, operator._id);
  [asAdmin, asMember, asOperator] = await Promise.all([
    signedIn(server, admin),
    signedIn(server, member),
    signedIn(server, operator),
  ]);
});
afterAll(async () => {
  await server?.close();
  await dns?.close();
});

beforeEach(async () => {
  const { services } = server;
  organization = await makeOrganization(services, { founder: admin._id });
  await makeMember(services, organization._id, member._id);
  path = `/organizations/${organization.slug}/domains`;
  dns.behaves = 'as it should';
});

const stored = (name: string) => findDomain(server.services, organization._id, name);
const code = (expected: string) => expect.objectContaining({ code: expected });

/** As if it had been looked for some time ago. */
const waitABit = ({ _id }: Domain) =>
  server.services.models.Domain.updateOne({ _id }, { $set: { lastCheckedAt: new Date(Date.now() - 6000) } });

async function actions(subject: string): Promise<string[]> {
  const events = await eventsOf(server.services, { organizationId: organization._id, subject });
  return [...new Set(events.map(({ action }) => action))].sort();
}

describe('a domain', () => {
  it('is added on its page, proved by a record, and removed', async () => {
    const name = freshName();
    await asAdmin.open(path);
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    await asAdmin.submit('Add domain', { name: ` ${name.toUpperCase()}. ` });
    expect(asAdmin.has(`${name} is added.`)).toBe(true);
    const domain = await stored(name);
    expect(domain).toMatchObject({ name, status: 'pending', organizationId: organization._id });
    const record = recordOf(domain);
    expect(record.name).toBe(`_rollcall.${name}`);
    for (const shown of [record.name, record.value]) expect(asAdmin.has(shown)).toBe(true);
    expect(await ownerOfDomain(server.services, name)).toBeUndefined();

    // Beside other records, and in pieces as long ones are sent.
    dns.records.set(record.name, ['v=something', [record.value.slice(0, 20), record.value.slice(20)]]);
    await asAdmin.submit('Check now');
    expect(asAdmin.has(`${name} is verified.`)).toBe(true);
    expect(await stored(name)).toMatchObject({ status: 'verified', verifiedBy: 'dns' });
    expect(await ownerOfDomain(server.services, name)).toBe(organization._id);
    expect(asAdmin.html).not.toContain(record.value);
    expect(await htmlFaults(asAdmin.html)).toEqual([]);

    await asAdmin.follow('Remove');
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    await asAdmin.submit('Confirm');
    expect(asAdmin.has(`${name} is removed.`)).toBe(true);
    await expect(stored(name)).rejects.toEqual(code('not_found'));
    expect(await claimOwner(server.services, 'domain', name)).toBeUndefined();
    expect(await actions(name)).toEqual(['domain.added', 'domain.removed', 'domain.verified']);
    await asAdmin.open(`/organizations/${organization.slug}/audit`);
    for (const verb of ['added', 'proved', 'removed']) expect(asAdmin.has(`${verb} the domain ${name}`)).toBe(true);

    // It can be added again, with a token of its own.
    const again = await addDomain(server.services, SYSTEM, organization, name);
    expect(again.token).not.toBe(domain.token);
  });

  it('isn’t proved by what isn’t its record, and the page says why', async () => {
    const name = freshName();
    const domain = await addDomain(server.services, SYSTEM, organization, name);
    const record = recordOf(domain);
    await asAdmin.open(path);
    const check = async () => {
      await waitABit(domain);
      await asAdmin.submit('Check now');
      expect(asAdmin.status).toBe(422);
      expect(asAdmin.html).toContain('role="alert"');
      expect((await stored(name)).status).toBe('pending');
    };
    await check();
    expect(asAdmin.has('There is no such record yet.')).toBe(true);
    // Nobody’s text becomes markup.
    dns.records.set(record.name, ['rollcall-verification=another', '<b>bold</b>', `${record.value}x`]);
    await check();
    expect(asAdmin.has('it holds something else')).toBe(true);
    expect(asAdmin.has('rollcall-verification=another')).toBe(true);
    expect(asAdmin.html).not.toContain('<b>bold');
    expect(await htmlFaults(asAdmin.html)).toEqual([]);
    dns.behaves = 'failing';
    await check();
    expect(asAdmin.has('didn’t answer in time')).toBe(true);
  });

  it('whose servers are silent is given up in time', async () => {
    const domain = await addDomain(server.services, SYSTEM, organization, freshName());
    dns.behaves = 'silent';
    const impatient = { ...server.services, lookUpTexts: createTextLookup([dns.address], 200) };
    await expect(proveDomain(impatient, SYSTEM, domain)).rejects.toEqual(
      expect.objectContaining({ code: 'domain_not_proved', details: [{ reason: 'no_answer', found: [] }] }),
    );
    expect(dns.asked).toContain(recordOf(domain).name);
  });

  it('is looked for once in some seconds, however many ask at once', async () => {
    const domain = await addDomain(server.services, SYSTEM, organization, freshName());
    const asks = await Promise.allSettled(
      Array.from({ length: 8 }, () => proveDomain(server.services, SYSTEM, domain)),
    );
    const codes = asks.map((one) => (one.status === 'rejected' ? one.reason.code : 'proved')).sort();
    expect(codes).toEqual([...Array(7).fill('checked_just_now'), 'domain_not_proved']);
    expect(dns.asked.filter((name) => name === recordOf(domain).name)).toHaveLength(1);
    await asAdmin.open(path);
    await asAdmin.submit('Check now');
    expect([asAdmin.status, asAdmin.has('looked for a moment ago')]).toEqual([422, true]);
  });

  it('is refused where it can be nobody’s, and what was typed stays', async () => {
    await asAdmin.open(path);
    for (const [name, words] of [
      ['', 'Enter a domain.'],
      ['acme', 'Enter a domain such as'],
      ['192.0.2.7', 'Enter a domain such as'],
      ['::1', 'Enter a domain such as'],
      ['https://acme.test/', 'Enter a domain such as'],
      ['ada@acme.test', 'Enter a domain such as'],
      ['-a.test', 'Enter a domain such as'],
      ['a_b.test', 'Enter a domain such as'],
      [`${'a'.repeat(64)}.test`, 'Enter a domain such as'],
      [`${'a.'.repeat(125)}test`, 'Enter a domain such as'],
      ['gmail.com', 'Everybody can have an address'],
      ['Mail.GMX.de', 'Everybody can have an address'],
      ['co.uk', 'Everybody can have an address'],
    ] as const) {
      await asAdmin.submit('Add domain', { name });
      expect([name, asAdmin.status, asAdmin.has(words)]).toEqual([name, 422, true]);
      expect(asAdmin.html).toMatch(/aria-describedby="[^"]*name-error"/);
      expect(asAdmin.html).toContain(`value="${name}"`);
    }
    expect(await server.services.models.Domain.exists({ organizationId: organization._id })).toBeNull();
  });

  it('is kept in ASCII and shown as people read it, and is there once', async () => {
    const name = `müller${++count}.test`;
    await asAdmin.open(path);
    await asAdmin.submit('Add domain', { name });
    expect(asAdmin.has(name)).toBe(true);
    expect((await stored(name)).name).toMatch(/^xn--mller/);
    await asAdmin.submit('Add domain', { name: name.toUpperCase() });
    expect([asAdmin.status, asAdmin.has('This domain is here already.')]).toEqual([422, true]);
  });

  it('is nobody’s business who may not change it: members, others, whoever is signed out', async () => {
    const domain = await addDomain(server.services, SYSTEM, organization, freshName());
    for (const address of [path, `${path}/${domain._id}/remove`]) {
      await asMember.open(address);
      expect(asMember.status).toBe(404);
    }
    const other = await makeOrganization(server.services, { founder: admin._id });
    await asAdmin.open(`/organizations/${other.slug}/domains/${domain._id}/remove`);
    expect(asAdmin.status).toBe(404);
    const custom = await makeRole(server.services, {
      key: 'domains',
      organizationId: organization._id,
      management: ['domains:write'],
    });
    await makeMember(server.services, organization._id, member._id, [custom._id]);
    await asMember.open(path);
    expect([asMember.status, asMember.has(domain.name)]).toEqual([200, true]);
    // An operator's word is an operator's.
    expect(asMember.has('Mark as verified')).toBe(false);
  });

  it('is marked as verified by an operator, and by nobody else', async () => {
    const name = freshName();
    const domain = await addDomain(server.services, SYSTEM, organization, name);
    await asAdmin.open(path);
    const csrf = /name="csrf" value="([^"]+)"/.exec(asAdmin.html)?.[1] ?? '';
    const forged = await fetch(`${server.issuer}${path}/${domain._id}/verify`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: asAdmin.cookies(path), origin: server.issuer },
      body: new URLSearchParams({ csrf }),
    });
    expect([forged.status, (await stored(name)).status]).toEqual([404, 'pending']);
    await asOperator.open(path);
    await asOperator.submit('Mark as verified');
    expect(await stored(name)).toMatchObject({ status: 'verified', verifiedBy: 'operator' });
    expect(asOperator.has('by who runs this server')).toBe(true);
  });

  it('is not for the operators’ own organization', async () => {
    const system = (await findOrganization(server.services, 'system')) as Organization;
    await expect(addDomain(server.services, SYSTEM, system, freshName())).rejects.toEqual(code('built_in'));
  });
});

describe('whose a domain is', () => {
  it('is decided once, however many prove it at the same moment through two processes', async () => {
    const { one, two, close } = await twoServices();
    try {
      for (let round = 0; round < 5; round += 1) {
        const name = `round${round}.acme.test`;
        const rivals = await Promise.all(
          [one, two, one, two].map(async (context) => {
            const rival = await makeOrganization(context);
            const domain = await addDomain(context, SYSTEM, rival, name);
            return { context: { ...context, lookUpTexts: async () => [recordOf(domain).value] }, rival, domain };
          }),
        );
        const tries = await Promise.allSettled(
          rivals.map(({ context, domain }) => proveDomain(context, SYSTEM, domain)),
        );
        const won = tries.flatMap((each, i) => (each.status === 'fulfilled' ? [rivals[i]?.rival._id] : []));
        expect(won).toHaveLength(1);
        for (const each of tries) if (each.status === 'rejected') expect(each.reason).toEqual(code('domain_taken'));
        expect(await ownerOfDomain(two, name)).toBe(won[0]);
        expect(await one.models.Domain.countDocuments({ name, status: 'verified' })).toBe(1);
      }
    } finally {
      await close();
    }
  });

  it('stays so while it is there, is said beside it, and is free once it is removed', async () => {
    const { services } = server;
    const name = freshName();
    const other = await makeOrganization(services);
    const theirs = await makeDomain(services, other, name);
    const domain = await addDomain(services, SYSTEM, organization, name);
    dns.records.set(recordOf(domain).name, [recordOf(domain).value]);
    await asAdmin.open(path);
    await asAdmin.submit('Check now');
    expect([asAdmin.status, asAdmin.has('belongs to another organization')]).toEqual([422, true]);
    expect(asAdmin.has(other.slug)).toBe(false);
    await removeDomain(services, SYSTEM, theirs);
    await waitABit(domain);
    await asAdmin.submit('Check now');
    expect(await ownerOfDomain(services, name)).toBe(organization._id);
  });

  it('is completed by proving again where a process died after the claim, and free for others after a minute', async () => {
    const { services } = server;
    const name = freshName();
    const dead = await addDomain(services, SYSTEM, organization, name);
    await services.models.Claim.create({ _id: `domain:${name}`, owner: dead._id, createdAt: new Date() });
    expect(await ownerOfDomain(services, name)).toBeUndefined();
    const other = await makeOrganization(services);
    const rival = await addDomain(services, SYSTEM, other, name);
    await expect(takeDomain(services, SYSTEM, rival, 'dns')).rejects.toEqual(code('domain_taken'));
    await services.models.Claim.updateOne({ _id: `domain:${name}` }, { createdAt: new Date(Date.now() - 61_000) });
    await takeDomain(services, SYSTEM, rival, 'dns');
    expect(await ownerOfDomain(services, name)).toBe(other._id);
    await expect(takeDomain(services, SYSTEM, dead, 'dns')).rejects.toEqual(code('domain_taken'));
  });

  it('isn’t theirs whose claim was taken for abandoned before it was written down', async () => {
    const { services } = server;
    const name = freshName();
    const slow = await addDomain(services, SYSTEM, organization, name);
    const other = await makeOrganization(services);
    const quick = await addDomain(services, SYSTEM, other, name);
    inBetween(services.models.Domain, 'findOneAndUpdate', async () => {
      await services.models.Claim.updateOne({ _id: `domain:${name}` }, { createdAt: new Date(Date.now() - 61_000) });
      await takeDomain(services, SYSTEM, quick, 'dns');
    });
    await expect(takeDomain(services, SYSTEM, slow, 'dns')).rejects.toEqual(code('domain_taken'));
    expect((await stored(name)).status).toBe('pending');
    expect(await ownerOfDomain(services, name)).toBe(other._id);
  });

  it('isn’t kept by one that is removed while it is being proved', async () => {
    const { services } = server;
    const name = freshName();
    const domain = await addDomain(services, SYSTEM, organization, name);
    inBetween(services.models.Domain, 'findOneAndUpdate', () => removeDomain(services, SYSTEM, domain));
    await expect(takeDomain(services, SYSTEM, domain, 'dns')).rejects.toEqual(code('not_found'));
    expect(await claimOwner(services, 'domain', name)).toBeUndefined();
  });
});

describe('the management API', () => {
  it('adds, proves, lists and removes domains; an operator marks one', async () => {
    const api = await personClient(server, { user: admin }, { parameters: { organization: organization.slug } });
    const of = `/organizations/${organization.slug}/domains`;
    const name = freshName();
    const added = await api.post(of, { name: name.toUpperCase() });
    expect(added.status).toBe(201);
    expect(added.json).toMatchObject({
      name,
      displayName: name,
      status: 'pending',
      verifiedAt: null,
      verifiedBy: null,
    });
    expect((await api.post(of, { name })).json.error).toBe('domain_added');
    expect((await api.post(of, { name: 'gmail.com' })).status).toBe(422);
    const refused = await api.post(`${of}/${name}/verify`);
    expect([refused.status, refused.json.error]).toEqual([409, 'domain_not_proved']);
    expect(refused.json.details).toEqual([{ reason: 'no_record', found: [] }]);
    const soon = await api.post(`${of}/${name}/verify`);
    expect([soon.status, soon.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    dns.records.set(added.json.record.name, [added.json.record.value]);
    await waitABit(await stored(name));
    expect((await api.post(`${of}/${name}/verify`)).json).toMatchObject({ status: 'verified', verifiedBy: 'dns' });
    expect(((await api.all(of)) as { name: string }[]).map((one) => one.name)).toEqual([name]);

    const second = (await api.post(of, { name: freshName() })).json;
    expect((await api.patch(`${of}/${second.id}`, { status: 'verified' })).status).toBe(403);
    const machine = await machineClient(server, ['instance:organizations']);
    expect((await machine.patch(`${of}/${second.id}`, { status: 'verified' })).json.verifiedBy).toBe('operator');
    expect((await api.delete(`${of}/${second.id}`)).status).toBe(204);
    expect((await api.get(`${of}/${second.id}`)).status).toBe(404);
    expect((await api.get(`${of}/${second.name}`)).status).toBe(404);

    const other = await makeOrganization(server.services, { founder: member._id });
    const foreign = await makeDomain(server.services, other, freshName());
    for (const reference of [foreign._id, foreign.name, 'dom_0', 'unknown.test'])
      expect((await api.get(`${of}/${reference}`)).status).toBe(404);
    expect((await api.get(`/organizations/${other.slug}/domains`)).status).toBe(404);
    const asPlain = await personClient(server, { user: member }, { parameters: { organization: organization.slug } });
    expect((await asPlain.get(of)).status).toBe(404);
  });
});
