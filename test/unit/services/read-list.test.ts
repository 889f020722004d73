import { expect, it } from 'vitest';
import { readList } from '../../../src/services/invitations/read-list.js';

it('a list is read in time that grows with its length alone, whatever somebody pastes', async () => {
  for (const list of ['<', '"', '<a', '"<'].map((start) => start + ',"'.repeat(40_000))) {
    const began = performance.now();
    await readList(list).catch(() => {});
    expect(performance.now() - began).toBeLessThan(1000);
  }
});

it('addresses stand as mail programs write them, also behind names with commas', async () => {
  const lines = await readList('"Byron, Ada" <ada@list.test>, Bo <bo@list.test>; cy@list.test');
  expect(lines.map(({ email }) => email)).toEqual(['ada@list.test', 'bo@list.test', 'cy@list.test']);
});
