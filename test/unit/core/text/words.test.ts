import assert from 'node:assert/strict';
import { modelWords, percent, progressFacts } from '../../../../src/core/text/words.ts';

describe('words', () => {
  it('name a model in few letters', () => {
    for (const [model, words] of [
      ['default', 'default'],
      ['owner/name', 'owner/name'],
      ['/home/user/models/small', 'small'],
      ['~/models/small/', 'small'],
      ['C:\\models\\small', 'small'],
      ['0123456789abcdef0123456789abcdef', '01234567'],
    ] as const) {
      assert.equal(modelWords(model), words);
    }
  });

  it('give what rounds to nothing no sign', () => {
    assert.deepEqual([-0.0004, 0, -0.0006].map(percent), ['0.0 %', '0.0 %', '-0.1 %']);
  });

  it('say how long a phase still takes, in minutes where it is long', () => {
    const left = (total: number): string =>
      progressFacts({ event: 'progress', phase: 'train/1', done: 1, total, seconds: 10 });
    assert.equal(left(3), '20 s left');
    assert.equal(left(61), '10 min left');
    assert.equal(left(1), '');
  });
});
