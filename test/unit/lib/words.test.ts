import { describe, expect, it } from 'vitest';
import { compareTexts, fold, searchTerms, sortNameOf, wordsOf } from '../../../src/lib/words.js';

describe('folding', () => {
  it.each([
    ['José  Ñúñez', 'jose nunez'],
    ['JOSE\u0301', 'jose'],
    ['İSTANBUL Łódź Straße Ærø', 'istanbul lodz strasse aero'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد', 'محمد'],
    ['\u202eevil\u202c', 'evil'],
    ['a\u0000b\nc', 'a b c'],
  ])('%j is %j', (text, folded) => expect(fold(text)).toBe(folded));

  it('leaves marks that make another letter', () => {
    expect(fold('हिन्दी')).toBe('हिन्दी');
    expect(fold('が')).not.toBe(fold('か'));
  });
});

describe('words', () => {
  it('are those of the name, and the parts of the address before the @', () => {
    expect(wordsOf('Ada O’Brien-Lee', 'ada.b+work@acme.test')).toEqual(['ada', 'o', 'brien', 'lee', 'b', 'work']);
  });
  it('may be pictures, and are bounded in number and length', () => {
    expect(wordsOf('🦊 Fox')).toEqual(['🦊', 'fox']);
    const many = wordsOf(Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '), `${'x.'.repeat(30)}y@acme.test`);
    expect(many.length).toBeLessThanOrEqual(24);
    expect(wordsOf('🦊'.repeat(200))).toEqual(['🦊'.repeat(40)]);
  });
});

describe('a search', () => {
  it('is of beginnings of words, or of an address', () => {
    expect(searchTerms('  Ada BYR ada ')).toEqual([
      { field: 'words', begins: 'ada' },
      { field: 'words', begins: 'byr' },
    ]);
    expect(searchTerms('Ada.B@Ac')).toEqual([{ field: 'email', begins: 'ada.b@ac' }]);
    expect(searchTerms('ada+te')).toEqual(searchTerms('ada te'));
  });
  it('has no more than six, and none in punctuation', () => {
    expect(searchTerms('a b c d e f g h')).toHaveLength(6);
    expect(searchTerms('.* -- "')).toEqual([]);
  });
});

it('names are in the order in which the store compares texts, each once', () => {
  expect(compareTexts('\u{1f98a}', '\uff5e')).toBeGreaterThan(0);
  expect(compareTexts(sortNameOf('Ada', 'usr_2'), sortNameOf('Ada B', 'usr_1'))).toBeLessThan(0);
  expect(sortNameOf('Ada', 'usr_1')).not.toBe(sortNameOf('Ada', 'usr_2'));
});
