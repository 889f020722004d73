import { expect, it } from 'vitest';
import { createBackground } from '../../../src/lib/background.js';
import { createLogger } from '../../../src/lib/logger.js';
import { toldApart } from '../../support/besides.js';
import { inBetween } from '../../support/in-between.js';

it('what happens in between waits for the call that is meant, and background work that writes the same waits for both', async () => {
  const order: string[] = [];
  const model = { updateOne: async (by: string) => void order.push(by) };
  inBetween(model, 'updateOne', async () => void order.push('in between'), { when: (by: string) => by !== 'other' });
  const background = toldApart(createBackground(createLogger('silent')));
  const wrote = new Promise<void>((resolve) => {
    background.every('a job', 60_000, async () => {
      const writing = model.updateOne('background');
      order.push('background asks');
      await writing;
      resolve();
    });
  });
  await expect.poll(() => order).toEqual(['background asks']);
  await model.updateOne('other');
  await model.updateOne('request');
  await wrote;
  await model.updateOne('request again');
  expect(order).toEqual(['background asks', 'other', 'in between', 'request', 'background', 'request again']);
  await background.stop();
});
