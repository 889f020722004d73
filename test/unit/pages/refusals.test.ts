import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RollcallError, tooMany } from '../../../src/lib/errors.js';
import { errorWords } from '../../../src/pages/refusals.js';

const sources = ['src/lib', 'src/middleware', 'src/services', 'src/pages', 'src/oidc/interaction.ts'].flatMap(
  (place) =>
    place.endsWith('.ts')
      ? [readFileSync(place, 'utf8')]
      : readdirSync(place, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .map((name) => readFileSync(join(place, name), 'utf8')),
);

/** The code of every error that is made there. */
const codes = new Set(
  sources.flatMap((source) =>
    [...source.matchAll(/\b(?:conflict|new RollcallError)\(\s*'(\w+)'/g)].map(([, code = '']) => code),
  ),
);

/** Those that no person meets on a page, of calls and of the provisioning file, and what has a place of its own on one. */
const ELSEWHERE = [
  'asked_lately',
  'checked_just_now',
  'domain_added',
  'domain_not_proved',
  'domain_taken',
  'link_used',
  'not_a_picture',
  'other_address',
  'password_needed',
  'password_wrong',
  'picture_missing',
  'picture_too_large',
  'picture_too_many_pixels',
  'changed_meanwhile',
  'group_gone',
  'in_progress',
  'interaction_expired',
  'invalid_token',
  'not_found',
  'outcome_unknown',
  'role_gone',
];

describe('the words of an error', () => {
  it('are in the catalogue for every code that a page can meet', () => {
    const wordless = [...codes].filter((code) => !errorWords({ code, details: [] }));
    expect(wordless.filter((code) => !ELSEWHERE.includes(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(35);
  });

  it('say of what there was too much, where that is known', () => {
    expect(errorWords(tooMany('…', 'accounts'))?.key).toBe('refused-too-many-accounts');
    expect(errorWords(tooMany('…', 'whatever'))?.key).toBe('refused-too-often');
    expect(errorWords(tooMany('…'))?.key).toBe('refused-too-often');
  });

  it('are none for a code that nobody knows', () => {
    expect(errorWords(new RollcallError('brand_new', 409, 'Brand new.'))).toBeUndefined();
  });
});
