import mongoose, { type Connection } from 'mongoose';
import { type OpenedStore, openStore, type StoreConfig } from './open.js';

export type { StoreConfig };

/** A way to the state: MongoDB, or without MONGODB_URI the embedded store under DATA_DIR. */
export interface Store {
  connection: Connection;
  close(): Promise<void>;
}

/** The database's name where the URI has none. */
const DATABASE = 'rollcall';

/** How long an operation waits for a database that is away, and for one that is there but silent. See `middleware/deadline.ts`. */
const SELECTION_MS = 2000;
const SILENCE_MS = 30_000;
const PING_MS = 1000;
/** Connections that are made at once where more are needed. The driver's own two make a few requests wait where the database is slow. */
const CONNECTING = 10;

interface ConnectOptions {
  database?: string;
  monitorCommands?: boolean;
}

/** Opens the store and connects to it. */
export async function connectStore(config: StoreConfig, options?: ConnectOptions): Promise<Store> {
  const opened = await openStore(config);
  try {
    return await connectOpened(opened, options);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Connects to a store that is open; where that fails, it stays open. */
export async function connectOpened(
  { uri, close }: OpenedStore,
  { database, monitorCommands = false }: ConnectOptions = {},
): Promise<Store> {
  const named = database ?? (/^[^?]*\/\/[^/]+\/[^?]/.test(uri) ? undefined : DATABASE);
  const connection = await mongoose
    .createConnection(uri, {
      ...(named ? { dbName: named } : {}),
      serverSelectionTimeoutMS: SELECTION_MS,
      socketTimeoutMS: SILENCE_MS,
      waitQueueTimeoutMS: SELECTION_MS,
      maxPoolSize: 50,
      maxConnecting: CONNECTING,
      monitorCommands,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      // What decides access is read where it was written (architecture 12).
      readPreference: 'primary',
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority' },
    })
    .asPromise();
  return {
    connection,
    async close() {
      await connection.close();
      await close();
    },
  };
}

/** Whether the store answers, known within a second. */
export async function storeAnswers({ db }: Connection): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PING_MS, false);
  });
  const answered = db
    ? db.command({ ping: 1 }).then(
        () => true,
        () => false,
      )
    : false;
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
