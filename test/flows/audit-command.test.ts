import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { createEncryption } from '../../src/lib/encryption.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Organization } from '../../src/models/index.js';
import { ensureChainKey } from '../../src/services/audit/chain-key.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { sealEvents } from '../../src/services/audit/seal-events.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { type ServiceContext, SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { command } from '../support/command.js';
import { makeOrganization } from '../support/factories.js';
import { temporaryFolder } from '../support/folder.js';
import { type TestStore, testStore } from '../support/store.js';

const [OLD, NEW] = [
  'an encryption key of long ago that is long enough',
  'an encryption key of today that is long enough',
];

let store: TestStore;
let services: ServiceContext;
let run: ReturnType<typeof command>;
let folder: string;
const before = process.env.ENCRYPTION_KEYS;

beforeAll(async () => {
  folder = temporaryFolder();
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  run = command(store);
  process.env.ENCRYPTION_KEYS = OLD;
});
afterAll(async () => {
  if (before === undefined) delete process.env.ENCRYPTION_KEYS;
  else process.env.ENCRYPTION_KEYS = before;
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

async function seal(keys = [OLD as string]): Promise<void> {
  await moveEvents(services);
  const key = await ensureChainKey(services, createEncryption(keys));
  await sealEvents(services, { key, holder: 'test' });
}

/** An organization with four events that are sealed. */
async function sealed(slug: string): Promise<Organization> {
  const organization = await makeOrganization(services, { name: slug, slug });
  for (const name of ['Two', 'Three', 'Four']) await changeOrganization(services, SYSTEM, organization, { name });
  await seal();
  return organization;
}

it('audit verify says that nothing is wrong and exits 0, before a first event too', async () => {
  expect(await run('audit', 'verify')).toMatchObject({ code: 0, stderr: '' });
  await sealed('whole');
  const { code, stdout } = await run('audit', 'verify');
  expect(code).toBe(0);
  expect(stdout).toContain('whole: events 1 to 4; 4 verified, 0 wrong');
  expect(stdout).toMatch(/\nNothing is wrong\n$/);
  const json = JSON.parse((await run('audit', 'verify', '--organization', 'whole', '--json')).stdout);
  expect(json).toMatchObject({ faults: 0, organizations: [{ slug: 'whole', first: 1, last: 4, verified: 4 }] });
  expect(await run('audit', 'verify', '--organization', 'nowhere')).toMatchObject({ code: 1, stdout: '' });
});

it('audit verify names the event that was changed or removed, and exits 1', async () => {
  const { _id: organizationId } = await sealed('touched');
  await services.models.AuditEvent.updateOne({ organizationId, number: 2 }, { $set: { 'after.name': 'Other' } });
  await services.models.AuditEvent.deleteOne({ organizationId, number: 3 });
  const { code, stdout } = await run('audit', 'verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ {2}2: the event was changed \(evt_\w+\)$/m);
  expect(stdout).toMatch(/^ {2}3: the event is missing$/m);
  const json = JSON.parse((await run('audit', 'verify', '--organization', 'touched', '--json')).stdout);
  expect(json).toMatchObject({ faults: 2, organizations: [{ faults: [{ number: 2 }, { number: 3 }] }] });
  expect((await run('audit', 'verify', '--organization', 'whole')).code).toBe(0);
  await services.models.AuditEvent.deleteMany({ organizationId });
  await services.models.AuditChain.deleteOne({ _id: organizationId });
});

it('audit verify --heads finds an end that was cut off, and a log that is gone, by the servers’ log output', async () => {
  const { _id: organizationId } = await sealed('headed');
  const chain = await services.models.AuditChain.findById(organizationId).lean();
  await changeOrganization(services, SYSTEM, { _id: organizationId }, { name: 'Five' });
  await seal();
  const now = await services.models.AuditChain.findById(organizationId).lean();
  const line = (head: object | undefined) => JSON.stringify({ event: 'audit_head', organizationId, ...head });
  const path = join(folder, 'rollcall.log');
  await writeFile(path, `nonsense\nNov 25 host ${line(chain?.head)}\n${line(now?.head)}\n{"event":"audit_head"}\n`);
  expect((await run('audit', 'verify', '--heads', path)).code).toBe(0);
  // Somebody has put the earlier copy back.
  await services.models.AuditEvent.deleteOne({ organizationId, number: 5 });
  await services.models.AuditChain.updateOne({ _id: organizationId }, { $set: { head: chain?.head } });
  expect((await run('audit', 'verify', '--organization', 'headed')).code).toBe(0);
  const found = await run('audit', 'verify', '--organization', 'headed', '--heads', path);
  expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining('  5: the log output had an event') });
  await services.models.AuditEvent.deleteMany({ organizationId });
  await services.models.AuditChain.deleteOne({ _id: organizationId });
  expect((await run('audit', 'verify')).code).toBe(0);
  expect((await run('audit', 'verify', '--heads', path)).code).toBe(1);
  expect((await run('audit', 'verify', '--heads', join(folder, 'missing'))).code).toBe(66);
});

it('the log verifies after ENCRYPTION_KEYS have changed and the old one was dropped; without the right one it exits 78', async () => {
  await sealed('rotated');
  process.env.ENCRYPTION_KEYS = NEW;
  expect((await run('audit', 'verify')).code).toBe(78);
  const doctor = async () => {
    const { findings } = JSON.parse((await run('doctor', '--json')).stdout) as { findings: Finding[] };
    return findings.find(({ what }) => what.includes('key of the audit log'))?.outcome;
  };
  expect(await doctor()).toBe('problem');
  process.env.ENCRYPTION_KEYS = `${NEW},${OLD}`;
  expect(await doctor()).toBe('warning');
  const { stdout } = await run('keys', 'reencrypt');
  expect(stdout).toContain('Sealed again: 1 keys of the audit log');
  process.env.ENCRYPTION_KEYS = NEW;
  expect(await doctor()).toBe('ok');
  expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
  await changeOrganization(services, SYSTEM, await makeOrganization(services), { name: 'Later' });
  await seal([NEW as string]);
  expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
});

it('audit export writes what is asked for to the output or a file, what is pending included', async () => {
  const organization = await makeOrganization(services, { name: 'Exported', slug: 'exported' });
  await changeOrganization(services, SYSTEM, organization, { name: '=1+1' });
  const csv = await run('audit', 'export', '--organization', 'exported');
  expect(csv.code).toBe(0);
  expect(csv.stdout.split('\r\n')).toHaveLength(4);
  const path = join(folder, 'events.jsonl');
  const since = new Date(Date.now() - 60_000).toISOString();
  const args = ['audit', 'export', path, '--organization', 'exported', '--since', since, '--format', 'jsonl'];
  expect((await run(...args)).stdout).toBe('');
  const rows = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
  expect(rows.map(({ action }) => action)).toEqual(['organization.created', 'organization.changed']);
  expect((await run('audit', 'export', '--organization', 'exported', '--until', since, '--json')).stdout).toBe('');
  for (const option of ['--since', '--until'])
    for (const wrong of ['yesterday', '2030-13-01', '2030-01-01T12:00'])
      expect((await run('audit', 'export', option, wrong)).code, wrong).toBe(64);
  expect((await run('audit', 'export', '--format', 'xml')).code).toBe(64);
});
