import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { finishedRun } from '../../support/finishedRun.ts';
import { useFolder } from '../../support/folder.ts';
import { trainTiny, type Fixture } from '../../support/tinyRun.ts';
import {
  finished,
  killed,
  MOMENTS,
  outcome,
  SAMPLING,
  TRAINING,
  withPrepared,
  type Homes,
} from './killedRuns.ts';

/** As resume.test.ts, with real weights: the numbers of a checkpoint and of a batch must be those of an unbroken run. */
describe('a run of real weights that is killed', function () {
  this.timeout(300_000);
  const folder = useFolder();
  let fixture: Fixture;
  let unbroken: Homes;

  before(() => {
    const run = finishedRun(folder());
    fixture = run.fixture;
    unbroken = withPrepared(run.home);
  });

  for (const moment of MOMENTS.filter(({ name }) => [SAMPLING, TRAINING].includes(name))) {
    it(`while ${moment.name}, ends with the samples and losses of an unbroken one`, async () => {
      const home = path.join(folder(), moment.name);
      cpSync(unbroken.prepared, home, { recursive: true });
      await killed(fixture, home, moment);
      await finished(trainTiny(fixture, home, ['--resume', 'last']));
      assert.deepEqual(outcome(home, fixture), outcome(unbroken.whole, fixture));
    });
  }
});
