import { type Connection, mongo } from 'mongoose';
import { storeConnections, storeDuration, storeFailures } from '../lib/metrics.js';

interface OperationStart {
  /** The same object at the start and the end. */
  _id: object;
}

interface OperationEnd extends OperationStart {
  collectionName: string;
  method: string;
  result?: unknown;
  error?: unknown;
}

/** What asks the store; other methods of a collection only prepare. */
const OPERATIONS = new Set([
  'aggregate',
  'bulkWrite',
  'countDocuments',
  'createIndex',
  'createIndexes',
  'deleteMany',
  'deleteOne',
  'distinct',
  'dropIndex',
  'find',
  'findOne',
  'findOneAndDelete',
  'findOneAndUpdate',
  'insertMany',
  'insertOne',
  'replaceOne',
  'updateMany',
  'updateOne',
]);

/**
 * Counts what is asked of the store and how long it takes, and the connections that are in use and waited for. Collections are those of
 * the code: none is named by a request.
 *
 * The driver's command monitoring would say the same, but it parses every answer a second time.
 */
export function measureStore(connection: Connection): void {
  const started = new WeakMap<object, number>();
  connection.on('operation-start', ({ _id }: OperationStart) => started.set(_id, performance.now()));
  connection.on('operation-end', ({ _id, collectionName, method, result, error }: OperationEnd) => {
    if (!OPERATIONS.has(method)) return;
    const labels = { collection: collectionName, operation: method };
    const ended = (failed: boolean) => {
      storeDuration.observe(labels, (performance.now() - (started.get(_id) ?? 0)) / 1000);
      if (failed) storeFailures.inc(labels);
    };
    if (!(result instanceof mongo.AbstractCursor)) return ended(error !== undefined);
    // It is asked when it is read; one that the store never answered has no id.
    result.once('close', () => ended(result.id === undefined));
  });
  const client = connection.getClient();
  client.on('connectionCheckOutStarted', () => storeConnections.inc({ state: 'waiting' }));
  client.on('connectionCheckOutFailed', () => storeConnections.dec({ state: 'waiting' }));
  client.on('connectionCheckedOut', () => {
    storeConnections.dec({ state: 'waiting' });
    storeConnections.inc({ state: 'used' });
  });
  client.on('connectionCheckedIn', () => storeConnections.dec({ state: 'used' }));
}
