import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunStore } from '../../../src/store/runStore.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { finishedRun } from '../../support/finishedRun.ts';
import { useFolder } from '../../support/folder.ts';
import { processesNaming, trainTiny, type Fixture, type LetiProcess } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;
type Hold = Parameters<FakeTrainer['holdAt']>;

/** Where a run is killed: a name, what event shows that it is there, and where the fake trainer waits for that. */
interface Moment {
  name: string;
  reached: (event: Event) => boolean;
  hold?: Hold;
  /** The last of the stages that are finished then; the resumed run repeats none of them. */
  finished?: (typeof STAGES)[number];
}

const STAGES = ['evaluate/0/held-out', 'sample/1', 'train/1', 'evaluate/1/held-out'] as const;

const EXPORT = 'the base model is exported';
const SAMPLING = 'programs are sampled';
const TRAINING = 'the model is trained';
const GATE = 'the gate has decided';
const MOMENTS: Moment[] = [
  {
    name: EXPORT,
    reached: ({ event, phase }) => event === 'phase' && phase === 'export',
    hold: ['export', 0],
  },
  { name: 'held-out tasks are measured', reached: progress('evaluate/0/held-out', 9) },
  {
    name: SAMPLING,
    reached: progress('sample/1', 9),
    hold: ['sample', 12],
    finished: 'evaluate/0/held-out',
  },
  { name: TRAINING, reached: progress('train/1', 2), hold: ['train', 2], finished: 'sample/1' },
  {
    name: 'the new model is exported',
    reached: ({ event }) => event === 'training',
    hold: ['choices', 0],
    finished: 'train/1',
  },
  { name: 'the new model is measured', reached: progress('evaluate/1/held-out', 9), finished: 'train/1' },
  { name: GATE, reached: ({ event }) => event === 'gate', finished: 'evaluate/1/held-out' },
];

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

/** The same with real weights: the numbers of a checkpoint and of a batch must be those of an unbroken run. */
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

/** LeTI's folders: of an unbroken run, and with nothing but models and their exports, which are the same in every run. */
interface Homes {
  whole: string;
  prepared: string;
}

async function unbrokenRun(folder: string, fixture: Fixture): Promise<Homes> {
  const whole = path.join(folder, 'whole');
  await finished(trainTiny(fixture, whole));
  return withPrepared(whole);
}

function withPrepared(whole: string): Homes {
  const prepared = `${whole}-prepared`;
  cpSync(whole, prepared, { recursive: true });
  rmSync(path.join(prepared, 'workspaces'), { recursive: true });
  return { whole, prepared };
}

async function killed(fixture: Fixture, home: string, { reached }: Moment): Promise<void> {
  let sent = false;
  const run = trainTiny(fixture, home, [], (event, process) => {
    if (sent || !reached(event)) return;
    sent = true;
    process.child.kill('SIGKILL');
  });
  assert.deepEqual(await run.ended, { code: null, signal: 'SIGKILL' }, run.stderr);
  await noneLeft(home);
}

async function finished(run: LetiProcess): Promise<void> {
  assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
}

/** A run that is finished is not resumed. */
async function refused(run: LetiProcess): Promise<void> {
  assert.deepEqual(await run.ended, { code: 2, signal: null });
  assert.match(run.stderr, /is finished/);
}

/** An event of a phase in which at least `done` is done. */
function progress(phase: string, done: number): (event: Event) => boolean {
  return (event) =>
    event['event'] === 'progress' && event['phase'] === phase && Number(event['done']) >= done;
}

/** Whether something was done for a stage. One that only reads its stored programs says so with a count of 0. */
function workedOn({ event, phase, programs }: Event, stage: string): boolean {
  return event === 'progress' && phase === stage && programs !== 0;
}

/** Everything that a run's seed decides: samples of all stages, losses, the gate. */
function outcome(home: string, fixture: Fixture): unknown {
  const store = storeOf(home);
  try {
    const run = store.runs()[0];
    assert.ok(run !== undefined, `no run in ${fixture.workspace}`);
    assert.equal(run.status, 'finished');
    const stages = ['evaluate/0/held-out', 'sample/1', 'evaluate/1/held-out'];
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

function statusOf(home: string): string | undefined {
  const store = storeOf(home);
  try {
    return store.runs()[0]?.status;
  } finally {
    store.close();
  }
}

function storeOf(home: string): RunStore {
  const [workspace] = readdirSync(path.join(home, 'workspaces'));
  return new RunStore(path.join(home, 'workspaces', String(workspace), 'runs.sqlite'));
}

/** Children notice their parent's death by themselves. */
async function noneLeft(home: string): Promise<void> {
  for (let wait = 0; wait < 40; wait++) {
    if (processesNaming(home).length === 0) return;
    await sleep(100);
  }
  assert.deepEqual(processesNaming(home), [], 'processes outlived their run');
}
