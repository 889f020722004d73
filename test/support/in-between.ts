import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished, vi } from 'vitest';
import type { Background } from '../../src/lib/background.js';

type Method = 'updateOne' | 'findOneAndUpdate' | 'insertMany' | 'create';

const besides = new AsyncLocalStorage<true>();

/** Whose work `inBetween` tells from requests, and from what a test calls itself. */
export const toldApart = (background: Background): Background => ({
  ...background,
  every: (name, ms, work) => background.every(name, ms, () => besides.run(true, work)),
});

/**
 * Lets something happen within a call of another process: right before (or after) the first time that it writes by a model's method. What a
 * server of `startServer` does besides its requests isn't that call, though it may write the same at any time: it waits until that call was.
 * @param when for which arguments; any unless given
 */
export function inBetween(
  model: object,
  method: Method,
  happens: () => Promise<unknown>,
  { when = () => true, after = false }: { when?: (...args: never[]) => boolean; after?: boolean } = {},
): void {
  const methods = model as Record<string, (...args: unknown[]) => unknown>;
  const real = methods[method]?.bind(model) as (...args: unknown[]) => unknown;
  let end = () => {};
  const over = new Promise<void>((resolve) => (end = resolve));
  const within = async (args: unknown[]) => {
    if (!after) await happens();
    const result = await real(...args);
    if (after) await happens();
    return result;
  };
  const spy = vi.spyOn(methods, method).mockImplementation((...args) => {
    if (!when(...(args as never[]))) return real(...args);
    if (besides.getStore()) return over.then(() => real(...args));
    spy.mockRestore();
    return within(args).finally(end);
  });
  onTestFinished(() => {
    spy.mockRestore();
    end();
  });
}
