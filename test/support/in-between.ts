import { onTestFinished, vi } from 'vitest';
import { isBesides } from './besides.js';

type Method = 'updateOne' | 'findOneAndUpdate' | 'insertMany' | 'create';

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
    if (isBesides()) return over.then(() => real(...args));
    spy.mockRestore();
    return within(args).finally(end);
  });
  onTestFinished(() => {
    spy.mockRestore();
    end();
  });
}
