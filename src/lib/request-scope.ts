import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestFacts } from './request-facts.js';

/** What belongs to one request for as long as it lasts. */
export interface RequestScope {
  facts?: RequestFacts;
  /** What `readOnce` has read; absent where each read is to be a new one. */
  reads?: Map<string, Promise<unknown>>;
}

/** The only storage of its kind here: each more costs every promise of the process. */
export const requestScope = new AsyncLocalStorage<RequestScope>();
