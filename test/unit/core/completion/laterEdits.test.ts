import assert from 'node:assert/strict';
import { rangeAfterChange, survivalOf } from '../../../../src/core/completion/laterEdits.ts';

describe('survival', () => {
  it('is told by how much of the words is still there', () => {
    assert.equal(survivalOf('return a+b', 'return a + b'), 'kept');
    assert.equal(survivalOf('return a + b', 'return a - b'), 'edited');
    assert.equal(survivalOf('return a + b', 'raise ValueError(a)'), 'removed');
    assert.equal(survivalOf('return a + b', ''), 'removed');
  });

  it('looks where the text is now', () => {
    const range = { start: 10, end: 20 };
    assert.deepEqual(rangeAfterChange(range, { offset: 0, removed: 2, text: 'abc' }), { start: 11, end: 21 });
    assert.deepEqual(rangeAfterChange(range, { offset: 30, removed: 2, text: '' }), range);
    assert.deepEqual(rangeAfterChange(range, { offset: 12, removed: 2, text: 'abcd' }), {
      start: 10,
      end: 22,
    });
    assert.deepEqual(rangeAfterChange(range, { offset: 8, removed: 4, text: '' }), { start: 8, end: 16 });
    assert.deepEqual(rangeAfterChange(range, { offset: 5, removed: 30, text: '' }), { start: 5, end: 5 });
  });
});
