/**
 * Harvests projects as they are unpacked from their source distributions, twice each, and runs the references of the tasks
 * that are kept once more in fresh interpreters. Prints docs/results/harvest-projects.md's tables.
 *
 *     node test/bench/harvest.ts --python VENV/bin/python [--run-tests] FOLDER...
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assembleProgram, executionJob } from '../../src/core/text/program.ts';
import { startExecutor, type Executor } from '../../src/execution/executor.ts';
import { HarvestCache } from '../../src/harvest/harvestCache.ts';
import { harvestWorkspace, type Harvest } from '../../src/harvest/workspace.ts';
import { DEFAULT_LIMITS } from '../../src/protocol/execution.ts';
import type { Task } from '../../src/protocol/task.ts';

const { values, positionals } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    'run-tests': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const interpreter = path.resolve(values.python);

/** Reasons of dropped functions, by what they have in common. */
const REASONS: readonly (readonly [pattern: RegExp, says: string])[] = [
  [/^no test uses it/, 'no test uses it, no doctest'],
  [/lines$|begins on the line|defined more than once/, 'too long, or no body to mask'],
  [/needs .*: install|need pytest/, 'a package is missing'],
  [/same as that of/, 'same body as another'],
  [/flaky/, 'flaky'],
  [/empty body/, 'passes on an empty body'],
  [/fail today/, 'its checks fail today'],
  [/copied|generated|a key, a password/, 'copied, generated, secret'],
];

const rows: string[][] = [];
const dropRows: string[][] = [];
for (const folder of positionals) {
  const workspace = path.resolve(folder);
  const cache = await mkdtemp(path.join(os.tmpdir(), 'leti-harvest-'));
  try {
    const first = await timed(workspace, cache);
    const second = await timed(workspace, cache);
    const { tasks, dropped } = first.found;
    const functions = dropped.filter(({ id }) => id.includes(':')).length + tasks.length;
    const uncovered = dropped.filter(({ reason }) => reason.startsWith('no test uses it')).length;
    const weak = tasks.filter((task) => task.weak !== undefined);
    const kept = tasks.filter((task) => task.weak === undefined);
    const again = await freshPasses(kept);
    rows.push([
      path.basename(workspace),
      String(functions),
      String(functions - uncovered),
      String(kept.length),
      String(weak.length),
      String(kept.filter((task) => task.sealable !== false && !task.name.includes('.')).length),
      first.seconds.toFixed(1),
      (tasks.length / first.seconds).toFixed(1),
      second.seconds.toFixed(2),
      `${again} of ${kept.length}`,
    ]);
    const counts = REASONS.map(
      ([pattern]) => dropped.filter(({ id, reason }) => id.includes(':') && pattern.test(reason)).length,
    );
    dropRows.push([path.basename(workspace), ...counts.map(String)]);
    for (const { id, reason } of dropped)
      if (/flaky|fail today/.test(reason)) console.error(`  ${id}: ${reason}`);
    for (const { id, weak: why } of weak) console.error(`  ${id}: weak: ${why ?? ''}`);
    console.error(rows.at(-1)?.join(' '));
  } finally {
    await rm(cache, { recursive: true });
  }
}
console.log(
  table(
    [
      'project',
      'functions',
      'covered',
      'kept',
      'weak',
      'functions, sealed',
      'seconds',
      'tasks/s',
      'again',
      'pass afresh',
    ],
    rows,
  ),
);
console.log(`\n${table(['project', ...REASONS.map(([, says]) => says)], dropRows)}`);

async function timed(workspace: string, folder: string): Promise<{ found: Harvest; seconds: number }> {
  const started = performance.now();
  let running: Promise<Executor> | undefined;
  const executor = (): Promise<Executor> =>
    (running ??= startExecutor({ interpreter, pytest: true, allowUncontained: false }));
  const found = await harvestWorkspace({
    workspace,
    interpreter,
    executor: { execute: async (job, signal) => await (await executor()).execute(job, signal) },
    ...(values['run-tests']
      ? { tests: { trace: async (suite, signal) => await (await executor()).trace(suite, signal) } }
      : {}),
    cache: new HarvestCache(folder, (problem) => {
      throw problem;
    }),
  });
  const seconds = (performance.now() - started) / 1000;
  await (await running)?.close();
  return { found, seconds };
}

/** How many references pass in interpreters that have run nothing else. */
async function freshPasses(tasks: readonly Task[]): Promise<number> {
  const executor = await startExecutor({ interpreter, allowUncontained: false });
  try {
    const results = await Promise.all(
      tasks.map((task, index) =>
        executor.execute(
          executionJob(task, assembleProgram(task, task.reference ?? ''), index, DEFAULT_LIMITS),
        ),
      ),
    );
    return results.filter(({ verdict }) => verdict === 'passed').length;
  } finally {
    await executor.close();
  }
}

function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(header), row(header.map(() => '---')), ...lines.map(row)].join('\n');
}
