import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/lib/logger.js';
import type { AuditEvent, Organization } from '../../src/models/index.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { sealEvents } from '../../src/services/audit/seal-events.js';
import { verifyChain } from '../../src/services/audit/verify-chain.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { makeOrganization } from '../support/factories.js';
import { type TestStore, testStore } from '../support/store.js';

/** `npm run faults` does it more often. */
const KILLS = Number(process.env.FAULT_KILLS ?? 20);
/** Processes that live at the same time. */
const AT_ONCE = 2;

const folder = fileURLToPath(new URL(`../../node_modules/.cache/rollcall-test-${process.pid}`, import.meta.url));
const program = join(folder, 'audit-writer.mjs');
const key = randomBytes(32);

let store: TestStore;
let services: ServiceContext;
let organizations: string[];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const entry = fileURLToPath(new URL('../support/audit-writer.ts', import.meta.url));
  const bundled = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...bundled, entryPoints: [entry], outfile: program });
  store = await testStore();
  services = await startServices(store.connection, createLogger('silent'));
  organizations = (await Promise.all([1, 2, 3].map(() => makeOrganization(services)))).map(({ _id }) => _id);
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Lets a process change and log for a while, and kills it a moment after one of its first changes. @returns the names that it has acknowledged */
async function life(number: number): Promise<string[]> {
  const { connection } = store;
  const { hosts } = connection.getClient().options;
  const uri = store.config.mongodbUri ?? `mongodb://${encodeURIComponent(hosts[0]?.socketPath ?? '')}`;
  const args = [program, uri, connection.name, `life-${number}`, key.toString('hex'), String(number), ...organizations];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  let said = '';
  const lines = () => said.split('\n').slice(0, -1);
  const enough = 2 + ((number * 5) % 11);
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (lines().length >= enough) resolve();
    });
    void ended.then(() => resolve());
  });
  await pause((number * 7) % 20);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  // A line that was cut off was not acknowledged.
  return lines().filter((line) => line !== 'ready');
}

it(
  `kill -9 between any two steps loses no event and doubles none, ${KILLS} times`,
  async () => {
    const acknowledged: string[] = [];
    let number = 0;
    const lives = Array.from({ length: AT_ONCE }, async () => {
      while (number < KILLS) acknowledged.push(...(await life(++number)));
    });
    await Promise.all(lives);
    const waiting = await services.models.Organization.countDocuments({ 'pendingEvents.id': { $gt: '' } });
    const later = { ...services, clock: { now: () => new Date(Date.now() + (KILLS + 1) * 60_000) } };
    // A command of a process that was killed may reach the store a moment later, so that its event waits for the next mover.
    let documents: Organization[];
    do {
      await moveEvents(later);
      await sealEvents(later, { key, holder: 'the last' });
      documents = (await services.models.Organization.find({ _id: organizations }).lean()) as Organization[];
    } while (documents.some(({ pendingEvents }) => pendingEvents?.length));
    expect(documents).toHaveLength(organizations.length);
    const names: string[] = [];
    for (const { _id: organizationId, revision = 0, name } of documents) {
      const events = (await services.models.AuditEvent.find({ organizationId }).lean()) as AuditEvent[];
      const changed = events.filter(({ action }) => action === 'organization.changed');
      const named = changed.map(({ after }) => (after as { name: string }).name);
      // Each change has raised the revision in the update that has its event.
      expect(changed).toHaveLength(revision);
      expect(new Set(named).size).toBe(named.length);
      if (revision) expect(named).toContain(name);
      const report = await verifyChain(services, key, organizationId);
      expect(report).toMatchObject({ last: events.length, verified: events.length, unsealed: 0, faults: [] });
      names.push(...named);
    }
    expect(acknowledged.filter((name) => !names.includes(name))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
    console.log(
      `${KILLS} kills: ${names.length} changes, ${acknowledged.length} acknowledged, ${waiting} documents had events left`,
    );
  },
  60_000 + KILLS * 5000,
);
