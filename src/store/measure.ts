import type { Connection } from 'mongoose';
import { storeConnections, storeDuration, storeFailures } from '../lib/metrics.js';

/** Commands whose value names a collection; others have none. */
const OF_COLLECTION = new Set([
  'find',
  'insert',
  'update',
  'delete',
  'findAndModify',
  'aggregate',
  'createIndexes',
  'count',
  'distinct',
]);

/**
 * Counts what the driver asks of the store and how long it takes, and the connections that are in use and waited for (command and pool monitoring).
 * Collections are those of the code: none is named by a request.
 */
export function measureStore(connection: Connection): void {
  const client = connection.getClient();
  const collections = new Map<number, string>();
  client.on('commandStarted', ({ requestId, commandName, command }) => {
    if (OF_COLLECTION.has(commandName)) collections.set(requestId, String(command[commandName]));
  });
  client.on('commandSucceeded', (event) => {
    storeDuration.observe({ collection: taken(event.requestId), command: event.commandName }, event.duration / 1000);
  });
  client.on('commandFailed', (event) => {
    const labels = { collection: taken(event.requestId), command: event.commandName };
    storeDuration.observe(labels, event.duration / 1000);
    storeFailures.inc(labels);
  });
  const taken = (requestId: number) => {
    const collection = collections.get(requestId) ?? 'none';
    collections.delete(requestId);
    return collection;
  };
  client.on('connectionCheckOutStarted', () => storeConnections.inc({ state: 'waiting' }));
  client.on('connectionCheckOutFailed', () => storeConnections.dec({ state: 'waiting' }));
  client.on('connectionCheckedOut', () => {
    storeConnections.dec({ state: 'waiting' });
    storeConnections.inc({ state: 'used' });
  });
  client.on('connectionCheckedIn', () => storeConnections.dec({ state: 'used' }));
}
