import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connectStore, type Store, type StoreConfig } from '../../src/store/connect.js';
import { temporaryFolder } from './folder.js';
import { withDatabase } from './mongodb-uri.js';

export interface TestStore extends Store {
  /** What another process needs to reach the same state. */
  config: StoreConfig;
}

/** Whether this is the project `mongodb`. What holds before any store is reached is proved in the other one alone. */
export const ON_MONGODB = process.env.TEST_STORE === 'mongodb';

/** A fresh store: a database of its own on TEST_MONGODB_URI in the project `mongodb`, else an embedded store in a folder of its own. */
export async function testStore(options: { monitorCommands?: boolean } = {}): Promise<TestStore> {
  const uri = ON_MONGODB ? process.env.TEST_MONGODB_URI : undefined;
  const dataDir = temporaryFolder();
  const database = `test_${randomBytes(6).toString('hex')}`;
  const mongodbUri = uri ? withDatabase(uri, database) : null;
  const config = { mongodbUri, dataDir };
  const store = await connectStore(config, options);
  return {
    ...store,
    config,
    async close() {
      if (mongodbUri) await store.connection.dropDatabase().catch(() => {});
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
