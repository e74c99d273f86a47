import assert from 'node:assert/strict';
import { once } from '../../../src/process/once.ts';

describe('a value that is made once', () => {
  it('is shared, also while it is made', async () => {
    let made = 0;
    const value = once(() => Promise.resolve((made += 1)));
    assert.deepEqual(await Promise.all([value(), value()]), [1, 1]);
    assert.equal(await value(), 1);
  });

  it('is made again after a failure', async () => {
    let calls = 0;
    const value = once(async () => {
      calls += 1;
      if (calls === 1) throw new Error('no Python yet');
      return await Promise.resolve(calls);
    });
    await assert.rejects(value(), /no Python yet/);
    assert.equal(await value(), 2);
  });
});
