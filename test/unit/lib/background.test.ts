import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { createBackground } from '../../../src/lib/background.js';
import { createLogger } from '../../../src/lib/logger.js';

it('work that a request brings forward does not run in that request’s context', async () => {
  const context = new AsyncLocalStorage<string>();
  const background = createBackground(createLogger('silent'));
  const seen: (string | undefined)[] = [];
  let ran: () => void = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      ran = resolve;
    });
  const first = next();
  const job = background.every('a job', 60_000, async () => {
    seen.push(context.getStore());
    ran();
  });
  await first;
  const second = next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  context.run('a request', () => job.kick());
  await second;
  expect(seen).toEqual([undefined, undefined]);
  await background.stop();
});
