import assert from 'node:assert/strict';
import { isRelated, wordsOf } from '../../../../src/core/completion/related.ts';

describe('related names', () => {
  const asked = new Set(wordsOf('count_vowels: Return how many vowels are in a leap year.'));

  for (const [name, related] of [
    ['VOWELS', true],
    ['is_leap_year', true],
    ['leapYear', true],
    ['leap_second', false],
    ['is_a', false],
    ['helper', false],
  ] as const) {
    it(`${related ? 'are' : 'are not'} such as ${name}`, () => {
      assert.equal(isRelated(name, asked), related);
    });
  }
});
