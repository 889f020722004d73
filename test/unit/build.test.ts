import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

const classesOf = (text: string) => [...text.matchAll(/\bclass ([A-Z]\w+)/g)].map(([, name]) => name as string);

describe('the bundles', () => {
  it.each([
    ['src', '.ts'],
    ['node_modules/oidc-provider/lib', '.js'],
    ['node_modules/mongoose/lib', '.js'],
    ['node_modules/mongodb/lib', '.js'],
    ['node_modules/koa/lib', '.js'],
  ])('keep the names of all classes of %s', (folder, ending) => {
    const names = new Set(read(folder, ending).flatMap(classesOf));
    expect(names.size).toBeGreaterThan(0);
    // A name that meets another one gets a number.
    const numbered = read('dist', '.js')
      .flatMap((text) => [...text.matchAll(/\bclass ([A-Z]\w*?\d+)\b|\b([A-Z]\w*?\d+)=class\b/g)])
      .map(([, declared, assigned]) => declared ?? assigned ?? '');
    const renamed = numbered.filter((name) => !names.has(name) && names.has(name.replace(/\d+$/, '')));
    expect(renamed).toEqual([]);
  });
});
