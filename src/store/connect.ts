import mongoose, { type Connection } from 'mongoose';

/** A way to the state: MongoDB, or without MONGODB_URI the embedded store under DATA_DIR. */
export interface Store {
  connection: Connection;
  close(): Promise<void>;
}

export interface StoreConfig {
  mongodbUri: string | null;
  dataDir: string;
}

/** The database's name where the URI has none. */
const DATABASE = 'rollcall';

/** How long an operation waits for a database that is away, and for one that is there but silent. See `middleware/deadline.ts`. */
const SELECTION_MS = 2000;
const SILENCE_MS = 30_000;
const PING_MS = 1000;

export async function connectStore(
  config: StoreConfig,
  options: { database?: string; monitorCommands?: boolean } = {},
): Promise<Store> {
  const database = options.database;
  if (config.mongodbUri) return connectMongo(config.mongodbUri, database, options.monitorCommands);
  const { startEmbeddedStore } = await import('./embedded/index.js');
  const embedded = await startEmbeddedStore({ dataDir: config.dataDir });
  try {
    const store = await connectMongo(embedded.uri, database ?? DATABASE, options.monitorCommands);
    return {
      connection: store.connection,
      async close() {
        await store.close();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function connectMongo(uri: string, database: string | undefined, monitorCommands = false): Promise<Store> {
  const named = database ?? (/^[^?]*\/\/[^/]+\/[^?]/.test(uri) ? undefined : DATABASE);
  const connection = await mongoose
    .createConnection(uri, {
      ...(named ? { dbName: named } : {}),
      serverSelectionTimeoutMS: SELECTION_MS,
      socketTimeoutMS: SILENCE_MS,
      waitQueueTimeoutMS: SELECTION_MS,
      maxPoolSize: 50,
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
  return { connection, close: () => connection.close() };
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
