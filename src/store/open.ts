import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from './embedded/file.js';

export interface StoreConfig {
  mongodbUri: string | null;
  dataDir: string;
}

/** Where the state is. The database's driver isn't needed to know it, so that a start can begin with this. */
export interface OpenedStore {
  uri: string;
  /** Ends the embedded store, which is this process's own. */
  close(): Promise<void>;
}

/** MongoDB's address, or without MONGODB_URI that of the embedded store under DATA_DIR, which is started. */
export async function openStore({ mongodbUri, dataDir }: StoreConfig): Promise<OpenedStore> {
  if (mongodbUri) return { uri: mongodbUri, close: async () => {} };
  const { startEmbeddedStore } = await import('./embedded/index.js');
  return startEmbeddedStore({ dataDir });
}

/** Whether nothing can have been stored yet: known at once, and only of the embedded store. */
export const isNewStore = ({ mongodbUri, dataDir }: StoreConfig): boolean =>
  !mongodbUri && !existsSync(join(dataDir, DATABASE_FILE));
