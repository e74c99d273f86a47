import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunStore } from '../../../src/store/runStore.ts';
import { processesNaming, tinyFixture, trainTiny, type Fixture } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

const BASE_EXPORT = 'the base model is exported';
/** Where a run is killed: a name, and what event shows that it is there. */
const PHASES: [string, (event: Event) => boolean][] = [
  [BASE_EXPORT, (event) => event['event'] === 'phase' && event['phase'] === 'export'],
  ['held-out tasks are measured', progress('evaluate/0/held-out', 9)],
  ['programs are sampled', progress('sample/1', 9)],
  ['the model is trained', progress('train/1', 2)],
  ['the new model is exported', (event) => event['event'] === 'training'],
  ['the new model is measured', progress('evaluate/1/held-out', 9)],
  ['the gate has decided', (event) => event['event'] === 'gate'],
];

describe('a run that is killed', function () {
  this.timeout(600_000);
  let folder: string;
  let fixture: Fixture;
  let prepared: string;
  let unbroken: string;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-resume-'));
    fixture = tinyFixture(folder);
    unbroken = path.join(folder, 'home-unbroken');
    const run = trainTiny(fixture, unbroken);
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
    // The base model's exports are the same in every run; what the run itself made is not.
    prepared = path.join(folder, 'home-prepared');
    cpSync(unbroken, prepared, { recursive: true });
    rmSync(path.join(prepared, 'workspaces'), { recursive: true });
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, reached] of PHASES) {
    it(`while ${name}, ends with the samples of an unbroken one`, async () => {
      const home = path.join(folder, `home-${PHASES.findIndex(([other]) => other === name)}`);
      cpSync(prepared, home, { recursive: true });
      if (name === BASE_EXPORT) rmSync(path.join(home, 'exports'), { recursive: true });
      let killed = false;
      const run = trainTiny(fixture, home, [], (event, process) => {
        if (!killed && reached(event)) {
          killed = true;
          process.child.kill('SIGKILL');
        }
      });
      assert.deepEqual(await run.ended, { code: null, signal: 'SIGKILL' }, run.stderr);
      await noneLeft(home);
      const resumed = trainTiny(fixture, home, ['--resume', 'last']);
      assert.deepEqual(await resumed.ended, { code: 0, signal: null }, resumed.stderr);
      assert.deepEqual(outcome(home, fixture), outcome(unbroken, fixture));
    });
  }

  it('repeats no batch that was finished', async () => {
    const home = path.join(folder, 'home-2');
    const again = trainTiny(fixture, home, ['--resume', 'last']);
    assert.deepEqual(await again.ended, { code: 2, signal: null });
    assert.match(again.stderr, /is finished/);
  });
});

/** An event of a phase in which at least `done` is done. */
function progress(phase: string, done: number): (event: Event) => boolean {
  return (event) =>
    event['event'] === 'progress' && event['phase'] === phase && Number(event['done']) >= done;
}

/** Everything that a run's seed decides: samples of all stages, losses, the gate. */
function outcome(home: string, fixture: Fixture): unknown {
  const [workspace] = readdirSync(path.join(home, 'workspaces'));
  const store = new RunStore(path.join(home, 'workspaces', String(workspace), 'runs.sqlite'));
  try {
    const run = store.runs()[0];
    assert.ok(run !== undefined, `no run in ${fixture.workspace}`);
    assert.equal(run.status, 'finished');
    const stages = ['evaluate/0/held-out', 'sample/1', 'evaluate/1/held-out', 'evaluate/1/train/samples'];
    return {
      samples: stages.map((stage) =>
        store.samples(run.id, stage).map((sample) => ({ ...sample, durationMs: 0, queueMs: 0 })),
      ),
      losses: store.steps(run.id).map(({ step, loss }) => ({ step, loss })),
    };
  } finally {
    store.close();
  }
}

/** Children notice their parent's death by themselves. */
async function noneLeft(home: string): Promise<void> {
  for (let wait = 0; wait < 40; wait++) {
    if (processesNaming(home).length === 0) return;
    await sleep(100);
  }
  assert.deepEqual(processesNaming(home), [], 'processes outlived their run');
}
