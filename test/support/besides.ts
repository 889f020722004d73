/** What a server of `startServer` does besides its requests, at any time: tests of what a request does leave it out. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Background } from '../../src/lib/background.js';

const besides = new AsyncLocalStorage<true>();

/** Whether it is background work that calls. */
export const isBesides = (): boolean => besides.getStore() === true;

/** A listener that hears nothing of background work. */
export const unlessBesides =
  <E>(heard: (event: E) => void) =>
  (event: E): void => {
    if (!isBesides()) heard(event);
  };

/** Background work that these tell from requests, and from what a test calls itself. */
export const toldApart = (background: Background): Background => ({
  ...background,
  every: (name, ms, work) => background.every(name, ms, () => besides.run(true, work)),
});
