/** The worker thread: SQLite's calls wait for the disk, and must not hold up the server's own thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { Database } from './database.js';
import { Front } from './front.js';

const { dataDir, socketPath } = workerData as { dataDir: string; socketPath: string };

async function run(): Promise<void> {
  const front = new Front(new Database(dataDir));
  await front.listen(socketPath);
  parentPort?.on('message', async (message) => {
    if (message !== 'close') return;
    await front.close();
    parentPort?.postMessage({ closed: true });
    parentPort?.close();
  });
  parentPort?.postMessage({ listening: true });
}

run().catch((error: Error) => {
  parentPort?.postMessage({ error: error.message });
  parentPort?.close();
});
