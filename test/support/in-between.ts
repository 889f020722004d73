import { onTestFinished, vi } from 'vitest';

type Method = 'updateOne' | 'findOneAndUpdate' | 'insertMany' | 'create';

/**
 * Lets something happen within a call of another process: right before (or after) the first time that it writes by a model's method.
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
  let done = false;
  const spy = vi.spyOn(methods, method).mockImplementation((...args) => {
    if (done || !when(...(args as never[]))) return real(...args);
    done = true;
    return (async () => {
      if (!after) await happens();
      const result = await real(...args);
      if (after) await happens();
      return result;
    })();
  });
  onTestFinished(() => spy.mockRestore());
}
