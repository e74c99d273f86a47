/**
 * Programs a second: warm sandboxed forks against a cold, unprotected interpreter for each program.
 *
 *   node test/bench/execution.ts [--python PATH] [--repeats 5]
 *
 * The reference programs of MBPP train and validation with their tests, as many at once as there are cores. The sides
 * take turns; every program has to pass on both.
 */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assembleProgram, executionJob } from '../../src/core/text/program.ts';
import { startExecutor } from '../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';
import { mbppSolution, mbppTask } from '../../src/harvest/mbpp.ts';
import { runCommand } from '../../src/process/runCommand.ts';
import type { Task } from '../../src/protocol/task.ts';
import { limitsOf } from '../../src/protocol/execution.ts';

const { values } = parseArgs({
  options: { python: { type: 'string' }, repeats: { type: 'string', default: '5' } },
});
const root = path.resolve(import.meta.dirname, '../..');
const data = process.env['LETI_MBPP_DIR'] ?? path.resolve(root, '../shared/data');
const jobs = os.availableParallelism();

interface Program {
  task: Task;
  solution: string;
}

const programs: Program[] = [];
for (const file of ['mbpp-train.jsonl', 'mbpp-validation.jsonl']) {
  const text = await readFile(path.join(data, file), 'utf8');
  for (const [index, line] of text.trimEnd().split('\n').entries()) {
    const parsed = { path: file, line: index + 1, value: JSON.parse(line) as Record<string, unknown> };
    programs.push({
      task: { ...mbppTask(parsed), prefix: '' },
      solution: mbppSolution(parsed).replaceAll('\r\n', '\n'),
    });
  }
}

const interpreter = await findWorkspaceInterpreter({
  workspace: root,
  explicit: values.python,
  env: process.env,
});
const executor = await startExecutor({ interpreter: interpreter.path, jobs, allowUncontained: false });
console.log(
  `${programs.length} programs, ${jobs} at once, CPython ${interpreter.version}, tier ${executor.tier}, ` +
    `load ${os.loadavg()[0]?.toFixed(2)}`,
);
const ratios: number[] = [];
const rates: number[] = [];
for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
  const warm = await rate(async ({ task, solution }, index) => {
    const job = executionJob(task, assembleProgram(task, solution), index, limitsOf(5));
    return (await executor.execute(job)).verdict === 'passed';
  });
  const cold = await rate(async ({ task, solution }) => {
    const checks = task.checks.map((check) => (check.kind === 'statements' ? check.source : '')).join('\n');
    const done = await runCommand(interpreter.path, ['-c', `${solution}\n${task.setup}\n${checks}\n`]);
    return done.code === 0;
  });
  rates.push(warm);
  ratios.push(warm / cold);
  console.log(
    `  sandboxed forks ${warm.toFixed(0)} programs/s, cold interpreters ${cold.toFixed(0)} programs/s`,
  );
}
await executor.close();
console.log(
  `sandboxed forks: ${median(rates).toFixed(0)} programs/s (median), ratio ${median(ratios).toFixed(1)}`,
);

/** Programs a second with `jobs` under way. */
async function rate(run: (program: Program, index: number) => Promise<boolean>): Promise<number> {
  const started = performance.now();
  let next = 0;
  let passed = 0;
  const worker = async (): Promise<void> => {
    while (next < programs.length) {
      const index = next++;
      const program = programs[index];
      if (program === undefined) continue;
      if (await run(program, index)) passed += 1;
      else console.log(`  ${program.task.id} did not pass`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  if (passed !== programs.length)
    throw new Error(`${programs.length - passed} reference programs did not pass`);
  return programs.length / ((performance.now() - started) / 1000);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
