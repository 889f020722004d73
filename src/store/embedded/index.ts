/**
 * The embedded store: MongoDB's wire protocol in front of SQLite, on a unix socket under DATA_DIR, in a worker thread. A message comes
 * in through `front.ts` and `wire.ts`, `dispatch.ts` finds its command, `planner.ts` picks an index, `search.ts` and `matcher.ts` find
 * documents in it, `documents.ts` keeps rows and index entries together, `database.ts` is the file. It implements what Rollcall uses,
 * with MongoDB's semantics, and refuses everything else by name.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ownSocket, publishSocket, socketNamed, WELL_KNOWN, withdrawSocket } from './sockets.js';
import { startWorker } from './worker-thread.js';

export interface EmbeddedStore {
  /** For the driver; the database is its option `dbName`. */
  uri: string;
  socketPath: string;
  close(): Promise<void>;
}

/** `DATA_DIR/store.sock`, or where that is too long for the system, a short one that is found by the folder alike. */
export const socketPath = (dataDir: string): string => socketNamed(dataDir, WELL_KNOWN);

/** Starts a front of this process's own; any number of processes may have one on the same folder. */
export async function startEmbeddedStore({ dataDir }: { dataDir: string }): Promise<EmbeddedStore> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = ownSocket(dataDir);
  const worker = startWorker({ dataDir: resolve(dataDir), socketPath: path });
  await new Promise<void>((done, failed) => {
    worker.once('error', failed);
    worker.once('message', (message: { error?: string }) =>
      message.error ? failed(new Error(message.error)) : done(),
    );
  });
  worker.unref();
  await publishSocket(dataDir, path);
  return {
    uri: `mongodb://${encodeURIComponent(path)}/?retryWrites=false`,
    socketPath: path,
    async close() {
      withdrawSocket(dataDir, path);
      worker.ref();
      const ended = new Promise((done) => worker.once('exit', done));
      worker.postMessage('close');
      await ended;
      rmSync(path, { force: true });
    },
  };
}
