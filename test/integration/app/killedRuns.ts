import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunStore } from '../../../src/store/runStore.ts';
import type { FakeTrainer } from '../../support/fakeTrainer.ts';
import { processesNaming, trainTiny, type Fixture, type LetiProcess } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;
type Hold = Parameters<FakeTrainer['holdAt']>;

/** Where a run is killed: a name, what event shows that it is there, and where the fake trainer waits for that. */
export interface Moment {
  name: string;
  reached: (event: Event) => boolean;
  hold?: Hold;
  /** The last of the stages that are finished then; the resumed run repeats none of them. */
  finished?: (typeof STAGES)[number];
}

export const STAGES = ['evaluate/0/held-out', 'sample/1', 'train/1', 'evaluate/1/held-out'] as const;

export const EXPORT = 'the base model is exported';
export const SAMPLING = 'programs are sampled';
export const TRAINING = 'the model is trained';
export const GATE = 'the gate has decided';
export const MOMENTS: Moment[] = [
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

/** LeTI's folders: of an unbroken run, and with nothing but models and their exports, which are the same in every run. */
export interface Homes {
  whole: string;
  prepared: string;
}

export async function unbrokenRun(folder: string, fixture: Fixture): Promise<Homes> {
  const whole = path.join(folder, 'whole');
  await finished(trainTiny(fixture, whole));
  return withPrepared(whole);
}

export function withPrepared(whole: string): Homes {
  const prepared = `${whole}-prepared`;
  cpSync(whole, prepared, { recursive: true });
  rmSync(path.join(prepared, 'workspaces'), { recursive: true });
  return { whole, prepared };
}

export async function killed(fixture: Fixture, home: string, { reached }: Moment): Promise<void> {
  let sent = false;
  const run = trainTiny(fixture, home, [], (event, process) => {
    if (sent || !reached(event)) return;
    sent = true;
    process.child.kill('SIGKILL');
  });
  assert.deepEqual(await run.ended, { code: null, signal: 'SIGKILL' }, run.stderr);
  await noneLeft(home);
}

export async function finished(run: LetiProcess): Promise<void> {
  assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
}

/** A run that is finished is not resumed. */
export async function refused(run: LetiProcess): Promise<void> {
  assert.deepEqual(await run.ended, { code: 2, signal: null });
  assert.match(run.stderr, /is finished/);
}

/** An event of a phase in which at least `done` is done. */
export function progress(phase: string, done: number): (event: Event) => boolean {
  return (event) =>
    event['event'] === 'progress' && event['phase'] === phase && Number(event['done']) >= done;
}

/** Whether something was done for a stage. One that only reads its stored programs says so with a count of 0. */
export function workedOn({ event, phase, programs }: Event, stage: string): boolean {
  return event === 'progress' && phase === stage && programs !== 0;
}

/** Everything that a run's seed decides: samples of all stages, losses, the gate. */
export function outcome(home: string, fixture: Fixture): unknown {
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

export function statusOf(home: string): string | undefined {
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
