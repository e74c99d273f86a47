import assert from 'node:assert/strict';
import { orphans } from '../../runner/jobs.ts';
import { schedule, type Scheduled } from '../../runner/schedule.ts';
import { MOCHA, outcomeOf } from '../../runner/summary.ts';

function piece(name: string, seconds: number, needs: string[] = [], cores: 0 | 1 = 1): Scheduled {
  return { name, seconds, needs, cores };
}

describe('the schedule of the tests', () => {
  it('starts first what the longest chain waits for, and never more than there are cores', async () => {
    const started: string[] = [];
    let [busy, most] = [0, 0];
    const pieces = [
      piece('short', 1),
      piece('long', 50),
      piece('first', 5, ['download']),
      piece('download', 1, [], 0),
      piece('last', 90, ['first']),
    ];
    const leftOut = await schedule(pieces, 1, async ({ name, cores }) => {
      started.push(name);
      busy += cores;
      most = Math.max(most, busy);
      await new Promise(setImmediate);
      busy -= cores;
      return true;
    });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(started.slice(0, 2).sort(), ['download', 'long']);
    assert.deepEqual(started.slice(2), ['first', 'last', 'short']);
    assert.equal(most, 1);
  });

  it('leaves out what needs something that failed', async () => {
    const pieces = [piece('a', 1), piece('b', 1, ['a']), piece('c', 1, ['b']), piece('d', 1)];
    const leftOut = await schedule(pieces, 2, ({ name }) => Promise.resolve(name !== 'a'));
    assert.deepEqual(leftOut, ['b', 'c']);
  });
});

describe('what a job says', () => {
  it('is a failure where a suite ran no test, or passed and then ended badly', () => {
    assert.equal(outcomeOf('unit', 0, '0 passing', MOCHA).failed, 1);
    assert.equal(outcomeOf('unit', 1, '3 passing', MOCHA).failed, 1);
    assert.equal(outcomeOf('build', 1, '', undefined).failed, 1);
    assert.deepEqual(outcomeOf('unit', 0, '3 passing', MOCHA), { passed: 3, failed: 0, failures: [] });
  });

  it('tells from where on a runner names its failures', () => {
    const { failures } = outcomeOf('unit', 1, 'a\n  2 passing\n  1 failing\n  1) broken', MOCHA);
    assert.deepEqual(failures, ['unit: 1 failing\n  1) broken']);
  });
});

describe('the jobs of the tests', () => {
  it('run every test file', () => {
    assert.deepEqual(orphans(), []);
  });
});
