import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const documented = readFileSync(join(root, 'docs/operations/logging.md'), 'utf8');

/** The names of the events that src logs, with the file that does. */
function* logged(): Generator<[string, string]> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const file of files) {
    const text = readFileSync(join(root, 'src', file), 'utf8');
    for (const [, name] of text.matchAll(/\bevent: '([\w.]+)'/g)) yield [name as string, file];
    // The library's events are a table.
    if (file.endsWith('log-events.ts')) {
      const [table = ''] = /const EVENTS = \{[^}]*\}/.exec(text) ?? [];
      for (const [, name] of table.matchAll(/^\s*'?([\w.]+)'?: '/gm)) yield [name as string, file];
    }
  }
}

it('every event that is logged is documented with its fields', () => {
  const events = [...logged()];
  expect(events.length).toBeGreaterThan(20);
  const missing = events
    .filter(([name]) => !documented.includes(`\`${name}\``))
    .map(([name, file]) => `${name} (${file})`);
  expect(missing, 'add a row to docs/operations/logging.md').toEqual([]);
});
