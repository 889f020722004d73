import { createLogger } from '../../src/lib/logger.js';
import type { ServiceContext } from '../../src/services/context.js';
import { startServices } from '../../src/services/start-services.js';
import { connectStore } from '../../src/store/connect.js';
import { testStore } from './store.js';

/** Two ways to one store, each with its own connection and caches, as two processes have them; both start at once. */
export async function twoServices(): Promise<{ one: ServiceContext; two: ServiceContext; close(): Promise<void> }> {
  const store = await testStore();
  const other = await connectStore(store.config);
  const [one, two] = await Promise.all([
    startServices(store.connection, createLogger('silent')),
    startServices(other.connection, createLogger('silent')),
  ]);
  return {
    one,
    two,
    async close() {
      await other.close();
      await store.close();
    },
  };
}
