/**
 * How often completions are right: greedy, and the first of several candidates that were run for at most so long, by each model.
 *
 *   node test/bench/completionQuality.ts --mbpp FILE [--models default,HASH] [--seconds 1,3] [--candidates 8] [--every 2] [--out FILE]
 *
 * Functions are MBPP's (header, text as docstring, the body asked) and every n-th of `examples/workspace`. The workspace that
 * completes has the first assertion of each test; right is what passes all of them, so that "verified" can be false. Each
 * request starts with an interpreter that is still to be started, as in the backend.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assembleProgram, executionJob } from '../../src/core/text/program.ts';
import {
  pairedDifference,
  bootstrapMean,
  type Estimate,
  type TaskOutcome,
} from '../../src/core/evaluation/statistics.ts';
import { scanWorkspace } from '../../src/harvest/scan.ts';
import { tasksOf } from '../../src/harvest/workspace.ts';
import type { Task } from '../../src/protocol/task.ts';
import { CompletionService } from '../../src/app/completion/service.ts';
import { limitsOf } from '../../src/protocol/execution.ts';
import { verifyCompletion } from '../../src/app/completion/verify.ts';
import { Workbench } from '../../src/app/workbench.ts';

const { values } = parseArgs({
  options: {
    mbpp: { type: 'string' },
    models: { type: 'string', default: 'default' },
    seconds: { type: 'string', default: '1,3' },
    candidates: { type: 'string', default: '8' },
    every: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});
if (values.mbpp === undefined) throw new Error('--mbpp names a file of MBPP problems');
const models = values.models.split(',');
const seconds = values.seconds.split(',').map(Number);
const candidates = Number(values.candidates);
const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-quality-'));
const SEED = 1;
/** Runs all checks. */
const judges = openWorkbench(folder);

interface Asked {
  set: string;
  task: Task;
  /** The workspace with the first assertions only. */
  workspace: string;
}

interface Outcome {
  set: string;
  task: string;
  model: string;
  /** `greedy`, or the seconds. */
  how: string;
  right: boolean;
  /** Whether it passes what the verifier saw. */
  verified: boolean;
  milliseconds: number;
}

try {
  const asked = [...(await mbppFunctions(values.mbpp)), ...(await exampleFunctions(Number(values.every)))];
  console.log(`${os.availableParallelism()} cores, load ${load()}, ${asked.length} functions`);
  const outcomes: Outcome[] = [];
  const services = new Map<string, CompletionService>();
  try {
    for (const one of asked) {
      for (const model of models) outcomes.push(...(await ask(one, model, services)));
    }
  } finally {
    for (const service of services.values()) await service.close();
  }
  console.log(`load ${load()}`);
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(outcomes)}\n`);
  for (const set of [...new Set(asked.map((one) => one.set))]) report(set, outcomes);
} finally {
  await judges.close();
  rmSync(folder, { recursive: true, force: true });
}

/** One function: greedy, then verified within each time, by one model. */
async function ask(
  { set, task, workspace }: Asked,
  model: string,
  services: Map<string, CompletionService>,
): Promise<Outcome[]> {
  const { before = '', after = '', path: file = '' } = task.host ?? {};
  const text = `${before}${' '.repeat(task.indent)}\n${after}`;
  const offset = before.length + task.indent;
  const place = { path: path.join(workspace, file), text, offset };
  const { signal } = new AbortController();
  const key = `${workspace} ${model}`;
  let service = services.get(key);
  if (service === undefined) {
    const workbench = openWorkbench(workspace);
    const start = workbench.startCompleter;
    service = new CompletionService({ workbench, start, model, prepare: true, onNotice: console.warn });
    services.set(key, service);
    // Loads the model and starts what parses.
    await service.complete({ text: 'def one():\n    ', offset: 15, manual: true, comments: true, signal });
  }
  const outcomes: Outcome[] = [];
  const add = async (how: string, began: number, body?: string, verified = false): Promise<void> => {
    const milliseconds = performance.now() - began;
    const right = body !== undefined && (await passes(task, `\n${' '.repeat(task.indent)}${body}`));
    outcomes.push({ set, task: task.id, model, how, right, verified, milliseconds });
  };
  let began = performance.now();
  const greedy = await service.complete({ ...place, manual: true, comments: true, signal });
  await add('greedy', began, greedy.text);
  for (const limit of seconds) {
    const workbench = openWorkbench(workspace);
    try {
      began = performance.now();
      const request = { ...place, candidates, execute: true, seconds: limit, signal };
      const [first] = (await verifyCompletion(service, workbench, request)).candidates;
      await add(`${limit} s`, began, first?.text, first?.verdict === 'passed');
    } finally {
      await workbench.close();
    }
  }
  return outcomes;
}

/** Whether a body passes all checks. */
async function passes(task: Task, body: string): Promise<boolean> {
  const program = assembleProgram(task, body);
  const executor = await judges.executor();
  const { verdict } = await executor.execute(executionJob(task, program, 0, limitsOf(5)));
  return verdict === 'passed';
}

function openWorkbench(workspace: string): Workbench {
  return new Workbench({
    workspace,
    device: 'auto',
    interpreter: undefined,
    allowUncontained: false,
    trainerPython: process.env['LETI_TRAINER_PYTHON'],
    observe: () => undefined,
    signal: new AbortController().signal,
    env: process.env,
  });
}

function report(set: string, outcomes: readonly Outcome[]): void {
  console.log(`\n${set}`);
  const base = outcomes.filter(
    ({ set: of, model, how }) => of === set && model === models[0] && how === 'greedy',
  );
  for (const model of models) {
    for (const how of ['greedy', ...seconds.map((limit) => `${limit} s`)]) {
      const rows = outcomes.filter((one) => one.set === set && one.model === model && one.how === how);
      const right = rows.map((one) => Number(one.right));
      const difference = pairedDifference(base.map(outcome), rows.map(outcome), SEED);
      const verified = rows.filter((one) => one.verified);
      const wrong = verified.filter((one) => !one.right).length;
      const times = rows.map((one) => one.milliseconds).sort((a, b) => a - b);
      console.log(
        `${model.slice(0, 8).padEnd(9)}${how.padEnd(7)} right ${count(right)} of ${rows.length} ${percent(bootstrapMean(right, SEED))}, ` +
          `against ${models[0]} greedy ${percent(difference)}, verified ${verified.length}, of them wrong ${wrong}, ` +
          `median ${times[times.length >> 1]?.toFixed(0)} ms`,
      );
    }
  }
}

function outcome({ task, right }: Outcome): TaskOutcome {
  return { taskId: task, samples: 1, passed: Number(right) };
}

function load(): string {
  return os.loadavg()[0]?.toFixed(2) ?? '-';
}

function count(ones: readonly number[]): number {
  return ones.reduce((sum, one) => sum + one, 0);
}

function percent(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '-';
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((one) =>
    (one * 100).toFixed(1),
  );
  return `${value} % (${low} to ${high})`;
}

/** MBPP's functions as modules with a docstring and tests. */
async function mbppFunctions(file: string): Promise<Asked[]> {
  const problems = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { task_id: number; text: string; code: string; test_list: string[] });
  const [whole, seen] = [path.join(folder, 'mbpp'), path.join(folder, 'mbpp-seen')];
  for (const { task_id, text, code, test_list } of problems) {
    const lines = code.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n');
    const header = lines.findLastIndex((line) => /^def \w+\(.*\):\s*$/.test(line));
    const name = /^def (\w+)/.exec(lines[header] ?? '')?.[1];
    // What one body can be: one function whose tests call it, with no other beside it.
    if (name === undefined || !test_list.every((test) => test.includes(`${name}(`))) continue;
    if (lines.filter((line) => /^\w/.test(line) && !/^(import|from|def) /.test(line)).length > 0) continue;
    if (lines.filter((line) => line.startsWith('def ')).length > 1) continue;
    const [imports, body] = [lines.slice(0, header), lines.slice(header + 1)];
    const width = /^ +/.exec(body.find((line) => line.trim() !== '') ?? '')?.[0] ?? '';
    const docstring = `${width}"""${text.trim().replaceAll('\\', '\\\\')}"""`;
    const source = [...imports, lines[header], docstring, ...body, ''].join('\n');
    for (const [root, tests] of [
      [whole, test_list],
      [seen, test_list.slice(0, 1)],
    ] as const) {
      mkdirSync(path.join(root, 'tests'), { recursive: true });
      writeFileSync(path.join(root, `m${task_id}.py`), source);
      writeFileSync(
        path.join(root, `tests/test_m${task_id}.py`),
        `from m${task_id} import ${name}\n\n\n` +
          tests.map((test, at) => `def test_${at}():\n    ${test.trim()}\n`).join('\n\n'),
      );
    }
  }
  return await tasksBetween('MBPP', whole, seen);
}

/** Every n-th function of the example workspace. */
async function exampleFunctions(every: number): Promise<Asked[]> {
  const [whole, seen] = [
    path.resolve(import.meta.dirname, '../../examples/workspace'),
    path.join(folder, 'example'),
  ];
  cpSync(whole, seen, {
    recursive: true,
    filter: (name) => !/[/\\](\.|__pycache__)/.test(name.slice(whole.length)),
  });
  for (const name of readdirSync(path.join(seen, 'tests')).filter((one) => one.endsWith('.py'))) {
    const file = path.join(seen, 'tests', name);
    writeFileSync(file, firstAssertions(readFileSync(file, 'utf8')));
  }
  const all = await tasksBetween('examples/workspace', whole, seen);
  return all.filter((_, at) => at % every === 0);
}

/** The tests of a file, each up to its second assertion. */
function firstAssertions(source: string): string {
  let asserts = 0;
  return source
    .split('\n')
    .filter((line) => {
      if (/^\S/.test(line)) asserts = 0;
      if (/^ {4}assert\b/.test(line)) asserts += 1;
      return asserts < 2;
    })
    .join('\n');
}

/** The tasks of the whole workspace whose original body passes in the sandbox, to be asked in the other one. */
async function tasksBetween(set: string, whole: string, seen: string): Promise<Asked[]> {
  const { path: interpreter } = await judges.interpreter();
  const scan = await scanWorkspace(whole, interpreter);
  const kept: Asked[] = [];
  for (const task of tasksOf(scan)) {
    if (await passes(task, task.reference ?? '')) kept.push({ set, task, workspace: seen });
  }
  console.log(`${set}: ${kept.length} of ${scan.candidates.length} functions`);
  return kept;
}
