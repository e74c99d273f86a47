import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Turns } from '../../../src/inference/turns.ts';

describe('turns', () => {
  it('lets long work wait until all urgent work is done', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const urgent = (name: string, steps: number): Promise<void> =>
      turns.urgent(async () => {
        for (let step = 0; step < steps; step += 1) await turn();
        order.push(name);
      });
    const work = Promise.all([urgent('first', 2), urgent('second', 5)]);
    await turns.whenFree();
    order.push('long');
    await work;
    assert.deepEqual(order, ['first', 'second', 'long']);
  });

  it('goes on after urgent work that failed', async () => {
    const turns = new Turns();
    await assert.rejects(turns.urgent(() => Promise.reject(new Error('no'))));
    await turns.whenFree();
  });
});
