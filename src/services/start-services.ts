import type { Connection } from 'mongoose';
import { type Clock, systemClock } from '../lib/clock.js';
import type { Logger } from '../lib/logger.js';
import { createIndexes, createModels } from '../models/index.js';
import { createCatalog } from './catalog.js';
import type { ServiceContext } from './context.js';
import { ensureBuiltIns } from './ensure-built-ins.js';
import { createReads } from './reads.js';
import { upgradeStore } from './upgrade-store.js';
import { createVocabularies } from './vocabulary.js';

/** Binds the services to a store, and makes what has to be there: indexes, built-in roles, the organization `system`. */
export async function startServices(
  connection: Connection,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<ServiceContext> {
  const models = createModels(connection);
  await createIndexes(models);
  const reads = createReads(models);
  const context: ServiceContext = {
    models,
    clock,
    logger,
    reads,
    catalog: createCatalog(models, reads),
    ownVocabulary: createVocabularies(models, () => clock.now()),
    systemOrganizationId: '',
  };
  context.systemOrganizationId = await ensureBuiltIns(context);
  await upgradeStore(context);
  return context;
}
