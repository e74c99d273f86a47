/**
 * What the run explorer asks the backend, on a store of 200 runs, one of them with 100,000 samples; then the page of that
 * run in a window of VS Code, from the command to its table of tasks.
 *
 *   npm run package && node test/bench/explorer.ts [--repeats 5]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_RUN } from '../../src/core/defaults.ts';
import { evaluate } from '../../src/core/evaluation/passRates.ts';
import { StoredRuns } from '../../src/app/runs/storedRuns.ts';
import { stages } from '../../src/app/runs/stages.ts';
import { workspaceFiles } from '../../src/app/folders.ts';
import { RunStore } from '../../src/store/runStore.ts';
import { provisionVsCode } from '../host/provision.ts';
import { Workbench } from '../host/ui/workbench.ts';
import { VsCode } from '../host/vscode.ts';
import { bareTask, sampleOf } from '../support/tasks.ts';
import { root } from '../support/tinyRun.ts';

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
  await inWindow();
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** Opens the large run from the tree, again and again: the click, VS Code's frame, our script, messages and drawing. */
async function inWindow(): Promise<void> {
  const code = await VsCode.start({
    server: await provisionVsCode(process.env['LETI_HOME'] ?? path.join(root, '.leti'), console.log),
    vsix: [path.join(root, `dist-vsix/leti-${process.platform}-${process.arch}.vsix`)],
    env: { LETI_HOME: home },
  });
  try {
    await code.open(home);
    const user = new Workbench(code);
    await user.openExplorer();
    await user.rows('Runs').first().waitFor();
    const whole: number[] = [];
    const framed: number[] = [];
    for (let time = 0; time < Number(values.repeats); time++) {
      const begun = Date.now();
      // Its click runs the command that opens the run.
      await user.rows('Runs').first().click();
      const page = user.runPage();
      await page.locator('table.tasks tbody tr').nth(99).waitFor();
      whole.push(Date.now() - begun);
      framed.push((await page.locator('html').evaluate(() => performance.timeOrigin)) - begun);
      await code.page.keyboard.press('Control+w');
      await page.locator('html').waitFor({ state: 'detached' });
    }
    say('from the command to the table of tasks in a window', whole);
    say('of which until VS Code has a frame for the page', framed);
  } finally {
    await code.close();
  }
}

function measure(what: string, ask: () => number): void {
  const times = Array.from({ length: Number(values.repeats) }, () => {
    const begun = performance.now();
    const count = ask();
    if (count === 0) throw new Error(`${what}: nothing was found`);
    return performance.now() - begun;
  });
  say(what, times);
}

function say(what: string, times: readonly number[]): void {
  const first = times[0] ?? 0;
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(times.length / 2)] ?? 0;
  const fastest = sorted[0] ?? 0;
  console.log(
    `  ${what}: first ${first.toFixed(0)} ms, median ${median.toFixed(0)} ms, fastest ${fastest.toFixed(0)} ms`,
  );
}

function fill(file: string): void {
  const store = new RunStore(file);
  const config = { ...DEFAULT_RUN, rounds: ROUNDS, workspace: home };
  const record = { model: 'm', engine: 'e', condition: 'none' as const, tier: 'T3' };
  const ids = Array.from({ length: TASKS }, (_, index) => `task-${String(index).padStart(4, '0')}`);
  const completion = 'x):\n' + '    x = x + 1  # a line of a program\n'.repeat(12);
  for (let run = 1; run <= RUNS; run++) {
    // The newest, which is the first in the tree.
    const large = run === RUNS;
    const id = large ? 'large' : `run-${run}`;
    store.createRun(id, config, {});
    const own = large ? ids : ids.slice(0, 20);
    store.saveTasks(
      id,
      own.map((task) => ({ task: bareTask({ id: task }), side: 'train' as const })),
      [],
    );
    for (let round = 1; round <= (large ? ROUNDS : 1); round++) {
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
