// A process of its own, to be killed: changes organizations, and moves and seals the events at the same time. It prints `ready`, and the
// name that each acknowledged change has given.
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../../src/lib/logger.js';
import { moveEvents } from '../../src/services/audit/move-events.js';
import { sealEvents } from '../../src/services/audit/seal-events.js';
import { changeOrganization } from '../../src/services/change-organization.js';
import { SYSTEM } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectOpened } from '../../src/store/connect.js';

const [uri = '', database = '', prefix = '', key = '', ahead = '0', ...organizations] = process.argv.slice(2);
// A minute later than whoever was killed before: that one's lease is over.
const clock = { now: () => new Date(Date.now() + Number(ahead) * 60_000) };
const store = await connectOpened({ uri, close: async () => {} }, { database });
const services = await startServices(store.connection, createLogger('silent'), clock);
process.stdout.write('ready\n');

async function change(_id: string): Promise<void> {
  for (let number = 0; ; number += 1) {
    const name = `${prefix}-${_id}-${number}`;
    await changeOrganization(services, SYSTEM, { _id }, { name });
    process.stdout.write(`${name}\n`);
  }
}

async function keepLog(): Promise<void> {
  for (;;) {
    await moveEvents(services);
    await sealEvents(services, { key: Buffer.from(key, 'hex'), holder: prefix });
    await pause(1);
  }
}

await Promise.all([...organizations.map(change), keepLog()]);
