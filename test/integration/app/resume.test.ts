import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { trainTiny, type Fixture } from '../../support/tinyRun.ts';
import {
  EXPORT,
  finished,
  GATE,
  killed,
  MOMENTS,
  outcome,
  refused,
  SAMPLING,
  STAGES,
  statusOf,
  unbrokenRun,
  workedOn,
  type Homes,
} from './killedRuns.ts';

describe('a run that is killed', function () {
  this.timeout(120_000);
  const folder = useFolder();
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let unbroken: Homes;

  before(async () => {
    ({ fixture, trainer } = fakeFixture(folder()));
    unbroken = await unbrokenRun(folder(), fixture);
  });

  for (const moment of MOMENTS) {
    it(`while ${moment.name}, ends with the samples of an unbroken one`, async () => {
      const home = path.join(folder(), moment.name);
      cpSync(unbroken.prepared, home, { recursive: true });
      if (moment.name === EXPORT) rmSync(path.join(home, 'exports'), { recursive: true });
      if (moment.hold !== undefined) trainer.holdAt(...moment.hold);
      await killed(fixture, home, moment);
      trainer.release();
      // Nothing but its status is stored after the gate, so the signal may find it finished.
      const isOver = moment.name === GATE && statusOf(home) === 'finished';
      const resumed = trainTiny(fixture, home, ['--resume', 'last']);
      if (isOver) await refused(resumed);
      else await finished(resumed);
      assert.deepEqual(outcome(home, fixture), outcome(unbroken.whole, fixture));
      for (const stage of STAGES.slice(0, STAGES.findIndex((name) => name === moment.finished) + 1)) {
        assert.ok(!resumed.events.some((event) => workedOn(event, stage)), `${stage} was repeated`);
      }
    });
  }

  it('is not resumed once it is finished', async () => {
    await refused(trainTiny(fixture, path.join(folder(), SAMPLING), ['--resume', 'last']));
  });
});
