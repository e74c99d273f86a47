import assert from 'node:assert/strict';
import { gaveUpWords, Restarts, whyEnded } from '../../../src/extension/restartPolicy.ts';

describe('a backend that ends by itself', () => {
  it('is started again twice in three minutes and not a third time', () => {
    const restarts = new Restarts();
    assert.deepEqual(
      [0, 1000, 2000].map((time) => restarts.ended(time)),
      [true, true, false],
    );
  });

  it('is started again when its ends lie further apart', () => {
    const restarts = new Restarts();
    assert.ok([0, 100_000, 200_000, 300_000].every((time) => restarts.ended(time)));
  });

  it('says why: how it ended, and its last words', () => {
    assert.equal(whyEnded({ code: null, signal: 'SIGKILL', lastLine: '' }), 'it was killed by SIGKILL');
    assert.equal(
      whyEnded({ code: 1, signal: null, lastLine: 'Error: no such module' }),
      'it exited with code 1; its last output was: Error: no such module',
    );
    assert.match(gaveUpWords('it exited with code 1'), /3 times .* it exited with code 1\. .*Restart server/);
  });
});
