import type { RequestFacts } from './request-facts.js';
import { requestScope } from './request-scope.js';

/** As `withRequestFacts`, and lets `readOnce` share reads for as long as `work` lasts: a request that decides several times decides on one state. */
export const withReadsOnce = <T>(facts: RequestFacts, work: () => Promise<T>): Promise<T> =>
  requestScope.run({ facts, reads: new Map() }, work);

/** Within a request: the same for a part of it, after which each read is a new one again. */
export function shareReads<T>(work: () => Promise<T>): Promise<T> {
  const facts = requestScope.getStore()?.facts;
  return requestScope.run({ ...(facts ? { facts } : {}), reads: new Map() }, work);
}

/**
 * Within `withReadsOnce`: the first call reads, the later ones of the same key get what it got. Elsewhere each call reads. The first
 * call comes after the request, so that what was changed before the request is seen.
 */
export function readOnce<T>(key: string, read: () => Promise<T>): Promise<T> {
  const known = requestScope.getStore()?.reads;
  if (!known) return read();
  const present = known.get(key) as Promise<T> | undefined;
  if (present) return present;
  const reading = read();
  known.set(key, reading);
  return reading;
}

/** Lets `readOnce` give what another read brought along. */
export function rememberRead(key: string, value: unknown): void {
  const known = requestScope.getStore()?.reads;
  if (known && !known.has(key)) known.set(key, Promise.resolve(value));
}

/** To be called after a change within a request, so that what follows reads anew. */
export const forgetReads = (): void => requestScope.getStore()?.reads?.clear();
