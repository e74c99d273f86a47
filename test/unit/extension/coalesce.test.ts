import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { coalesced } from '../../../src/extension/coalesce.ts';

describe('coalesced', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('works at once, then once for all calls of a pause', () => {
    let worked = 0;
    const call = coalesced(() => worked++, 1000);
    for (let time = 0; time < 35; time++) {
      call();
      mock.timers.tick(100);
    }
    assert.equal(worked, 4);
    mock.timers.tick(1000);
    assert.equal(worked, 5, 'the last call is not forgotten');
    mock.timers.tick(5000);
    assert.equal(worked, 5);
    call();
    assert.equal(worked, 6);
  });

  it('forgets what is due when it is cancelled', () => {
    let worked = 0;
    const call = coalesced(() => worked++, 1000);
    call();
    call();
    call.cancel();
    mock.timers.tick(5000);
    assert.equal(worked, 1);
  });
});
