import assert from 'node:assert/strict';
import { debounceMs } from '../../../../src/core/completion/debounce.ts';

const AUTOMATIC = { manual: false, cached: false };
const every = (gap: number): number[] => Array.from({ length: 10 }, (_, index) => 1000 + index * gap);

describe('debounce', () => {
  it('is nothing when asked for by hand or known already', () => {
    const typing = { changes: every(200), latency: 100 };
    assert.equal(debounceMs(typing, { manual: true, cached: false }), 0);
    assert.equal(debounceMs(typing, { manual: false, cached: true }), 0);
  });

  it('is longer than the time between two keys of this user', () => {
    for (const gap of [80, 150, 250]) {
      assert.ok(debounceMs({ changes: every(gap), latency: undefined }, AUTOMATIC) > gap);
    }
  });

  it('takes what the answer takes off', () => {
    const wait = (latency: number): number => debounceMs({ changes: every(150), latency }, AUTOMATIC);
    assert.ok(wait(300) < wait(100));
  });

  it('stays within bounds, whatever happened', () => {
    assert.equal(debounceMs({ changes: every(900), latency: undefined }, AUTOMATIC), 400);
    assert.equal(debounceMs({ changes: every(10), latency: 5000 }, AUTOMATIC), 20);
    const first = debounceMs({ changes: [], latency: undefined }, AUTOMATIC);
    assert.ok(first >= 20 && first <= 400);
  });

  it('takes a pause for thinking, not for slow typing', () => {
    assert.ok(debounceMs({ changes: [0, 100, 200, 9000, 9100], latency: undefined }, AUTOMATIC) < 200);
  });
});
