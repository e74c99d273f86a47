/**
 * What the run explorer asks the backend, on a store of 200 runs, one of them with 100,000 samples.
 *
 *   node test/bench/explorer.ts [--repeats 5]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_RUN } from '../../src/core/defaults.ts';
import { evaluate } from '../../src/core/evaluation.ts';
import { StoredRuns } from '../../src/rounds/storedRuns.ts';
import { stages } from '../../src/rounds/stages.ts';
import { workspaceFiles } from '../../src/rounds/workspaceFiles.ts';
import { RunStore } from '../../src/store/runStore.ts';
import { bareTask, sampleOf } from '../support/tasks.ts';

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' } } });
const RUNS = 200;
const TASKS = 1000;
const ROUNDS = 10;
const SAMPLES = 10;

const home = mkdtempSync(path.join(os.tmpdir(), 'leti-explorer-'));
try {
  const env = { LETI_HOME: home };
  const file = workspaceFiles(home, env).store;
  fill(file);
  console.log(
    `${RUNS} runs, one with ${TASKS * ROUNDS * SAMPLES} samples: ${(statSync(file).size / 1e6).toFixed(0)} MB`,
  );
  const stored = new StoredRuns(home, env);
  measure('list of all runs', () => stored.list().length);
  measure('page of the large run', () => stored.detail('large').stages.length);
  measure('its table of tasks', () => stored.histories('large').length);
  measure('one of its tasks with all programs', () => stored.task('large', 'task-0007').stages.length);
} finally {
  rmSync(home, { recursive: true, force: true });
}

function measure(what: string, ask: () => number): void {
  const times = Array.from({ length: Number(values.repeats) }, () => {
    const begun = performance.now();
    const count = ask();
    if (count === 0) throw new Error(`${what}: nothing was found`);
    return performance.now() - begun;
  });
  const first = times[0] ?? 0;
  const median = [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  console.log(`  ${what}: first ${first.toFixed(0)} ms, median ${median.toFixed(0)} ms`);
}

function fill(file: string): void {
  const store = new RunStore(file);
  const config = { ...DEFAULT_RUN, rounds: ROUNDS, workspace: home };
  const record = { model: 'm', engine: 'e', condition: 'none' as const, tier: 'T3' };
  const ids = Array.from({ length: TASKS }, (_, index) => `task-${String(index).padStart(4, '0')}`);
  const completion = 'x):\n' + '    x = x + 1  # a line of a program\n'.repeat(12);
  for (let run = 0; run < RUNS; run++) {
    const id = run === 0 ? 'large' : `run-${run}`;
    store.createRun(id, config, {});
    const own = run === 0 ? ids : ids.slice(0, 20);
    store.saveTasks(
      id,
      own.map((task) => ({ task: bareTask({ id: task }), side: 'train' as const })),
      [],
    );
    for (let round = 1; round <= (run === 0 ? ROUNDS : 1); round++) {
      const samples = own.flatMap((task, index) =>
        Array.from({ length: SAMPLES }, (_, sample) => {
          const verdict = (index + sample + round) % 4 === 0 ? ('passed' as const) : ('failed' as const);
          return sampleOf(task, { sample, verdict, completion, feedback: 'AssertionError\n'.repeat(10) });
        }),
      );
      store.saveBatch(id, stages.sample(round), 0, record, samples);
      const about = { round: round - 1, side: 'train' as const, model: 'm', taskIds: own, seed: 1, ks: [1] };
      store.finishStage(id, stages.evaluate(round - 1, 'train'), evaluate(about, samples));
    }
    store.setStatus(id, 'finished');
  }
  store.close();
}
