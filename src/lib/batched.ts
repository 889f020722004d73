/**
 * What the requests under way ask of the store at the same moment goes out as one command for each collection. A batch is sent after
 * the last of them has asked, so that each sees what was written before it came.
 */
import DataLoader from 'dataloader';

const AT_ONCE = { cache: false, maxBatchSize: 200, batchScheduleFn: (send: () => void) => setImmediate(send) } as const;

/** Loads by key; nothing is kept. */
export function batchedReads<V>(read: (keys: string[]) => Promise<V[]>, keyOf: (value: V) => string) {
  return new DataLoader<string, V | undefined>(async (keys) => {
    const found = new Map((await read([...new Set(keys)])).map((value) => [keyOf(value), value]));
    return keys.map((key) => found.get(key));
  }, AT_ONCE);
}

/** Loads all that belong to a key; nothing is kept. */
export function batchedLists<V>(read: (keys: string[]) => Promise<V[]>, keyOf: (value: V) => string) {
  return new DataLoader<string, V[]>(async (keys) => {
    const found = new Map<string, V[]>(keys.map((key) => [key, []]));
    for (const value of await read([...found.keys()])) found.get(keyOf(value))?.push(value);
    return keys.map((key) => found.get(key) as V[]);
  }, AT_ONCE);
}

/** Answers each of several calls; nothing is kept. @param work answers all of them, in their order */
export function batchedCalls<C, A>(work: (calls: readonly C[]) => Promise<A[]>) {
  return new DataLoader<C, A>(work, AT_ONCE);
}

/** @param write writes all of them, and answers with the errors of those that failed by themselves, by their index. */
export function batchedWrites<W>(write: (writes: readonly W[]) => Promise<ReadonlyMap<number, Error>>) {
  return new DataLoader<W, undefined>(async (writes) => {
    const failed = await write(writes);
    return writes.map((_, index) => failed.get(index) as unknown as undefined);
  }, AT_ONCE);
}
