import { describe, expect, it } from 'vitest';
import { formatUserCode, newUserCode, normalizeUserCode } from '../../../src/lib/user-codes.js';

describe('user codes', () => {
  it('are eight consonants, each of which comes at each place', () => {
    const codes = Array.from({ length: 2000 }, newUserCode);
    for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    for (let place = 0; place < 8; place += 1) expect(new Set(codes.map((code) => code[place])).size).toBe(20);
    expect(new Set(codes).size).toBe(2000);
  });

  it('are shown in two halves, and read in any case and however they are divided', () => {
    expect(formatUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
    for (const typed of ['BCDF-GHJK', 'bcdfghjk', ' bcdf ghjk\n', 'B.C.D.F–G-H—J_K'])
      expect(normalizeUserCode(typed), typed).toBe('BCDFGHJK');
  });

  it('can’t be anything else', () => {
    for (const typed of [
      '',
      'BCDF-GHJ',
      'BCDF-GHJKL',
      'ACDF-GHJK',
      'BCDF-GH1K',
      'ＢCDFGHJK',
      `BCDFGHJK${' '.repeat(99)}`,
    ])
      expect(normalizeUserCode(typed), typed).toBeUndefined();
  });
});
