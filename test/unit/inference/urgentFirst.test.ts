import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { UrgentFirst } from '../../../src/inference/urgentFirst.ts';

describe('urgent work first', () => {
  it('lets long work wait until all urgent work is done', async () => {
    const urgentFirst = new UrgentFirst();
    const order: string[] = [];
    const urgent = (name: string, steps: number): Promise<void> =>
      urgentFirst.urgent(async () => {
        for (let step = 0; step < steps; step += 1) await turn();
        order.push(name);
      });
    const work = Promise.all([urgent('first', 2), urgent('second', 5)]);
    await urgentFirst.whenFree();
    order.push('long');
    await work;
    assert.deepEqual(order, ['first', 'second', 'long']);
  });

  it('goes on after urgent work that failed', async () => {
    const urgentFirst = new UrgentFirst();
    await assert.rejects(urgentFirst.urgent(() => Promise.reject(new Error('no'))));
    await urgentFirst.whenFree();
  });
});
