import assert from 'node:assert/strict';
import { stream } from '../../../src/core/random.ts';
import { DraftLength, draftTokens } from '../../../src/inference/tokens/draftTokens.ts';

describe('drafts', () => {
  it('guesses what followed the last tokens where they stood before', () => {
    assert.deepEqual(draftTokens([1, 2, 3, 4, 5, 1, 2], 3), [3, 4, 5]);
    assert.deepEqual(draftTokens([1, 2, 3, 4, 5, 1, 2], 1), [3]);
  });

  it('prefers the longest run, then the latest place', () => {
    assert.deepEqual(draftTokens([9, 1, 2, 7, 1, 2, 8, 9, 1, 2], 1), [7]);
    assert.deepEqual(draftTokens([1, 2, 7, 1, 2, 8, 5, 1, 2], 1), [8]);
  });

  it('guesses a repetition that is still going on', () => {
    assert.deepEqual(draftTokens([4, 5, 4, 5, 4, 5], 4), [4, 5]);
    assert.deepEqual(draftTokens([3, 3, 3, 3], 2), [3]);
  });

  it('guesses one token where only the last one stood before', () => {
    assert.deepEqual(draftTokens([2, 1, 3, 2], 4), [1]);
  });

  it('guesses nothing without such a place, or when it may not', () => {
    assert.deepEqual(draftTokens([1, 2, 3, 4], 4), []);
    assert.deepEqual(draftTokens([1, 2, 1, 2], 0), []);
    assert.deepEqual(draftTokens([], 4), []);
    assert.deepEqual(draftTokens([1], 4), []);
  });

  it('only ever guesses a continuation of an earlier place of the last token', () => {
    const random = stream(3);
    for (let trial = 0; trial < 500; trial += 1) {
      const tokens = Array.from({ length: 2 + Math.floor(random() * 30) }, () => Math.floor(random() * 4));
      const guesses = draftTokens(tokens, 5);
      const text = tokens.slice(0, -1).join(' ') + ' ' + String(tokens.at(-1));
      const wanted = [...tokens.slice(-1), ...guesses].join(' ');
      if (guesses.length > 0) assert.ok(text.includes(wanted), `${wanted} in ${text}`);
      else assert.equal(text.indexOf(wanted), text.length - wanted.length);
    }
  });
});

describe('the length of drafts', () => {
  it('grows while guesses are right', () => {
    const drafts = new DraftLength();
    for (let step = 0; step < 5; step += 1) {
      const length = drafts.next();
      drafts.record(length, length);
    }
    assert.equal(drafts.next(), 8);
  });

  it('shrinks to what was right', () => {
    const drafts = new DraftLength();
    drafts.record(4, 2);
    assert.equal(drafts.next(), 2);
    drafts.record(1, 0);
    assert.equal(drafts.next(), 2, 'a single guess is made anyway');
  });

  it('is one where guesses are never right, and comes back when they are', () => {
    const drafts = new DraftLength();
    for (let step = 0; step < 10; step += 1) drafts.record(drafts.next(), 0);
    assert.equal(drafts.next(), 1);
    drafts.record(1, 1);
    assert.equal(drafts.next(), 2);
  });
});
