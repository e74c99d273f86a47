/**
 * How long looking through a workspace and its history takes, before anything is validated: a generated repository of about
 * 100,000 lines and 2,000 tests, whose commits each change a function and a test of it.
 *
 *   node test/bench/history.ts [--python PATH] [--commits 1000] [--repeats 3]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';
import { changeTimes } from '../../src/harvest/history/changeTimes.ts';
import { Git } from '../../src/harvest/history/git.ts';
import { History } from '../../src/harvest/history/gitHistory.ts';
import { scanHistory } from '../../src/harvest/history/history.ts';
import { scanWorkspace } from '../../src/harvest/scan.ts';
import { processesNaming } from '../support/tinyRun.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    commits: { type: 'string', default: '1000' },
    repeats: { type: 'string', default: '3' },
  },
});
const PACKAGES = 20;
const MODULES = 10;
const FUNCTIONS = 25;
const TESTS = 10;
const commits = Number(values.commits);

const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-bench-history-'));
try {
  const lines = makeRepository();
  const interpreter = await findWorkspaceInterpreter({
    workspace: folder,
    explicit: values.python,
    env: process.env,
  });
  console.log(
    `${lines} lines, ${PACKAGES * MODULES * TESTS} tests, ${commits} commits, CPython ${interpreter.version}, ` +
      `${os.availableParallelism()} cores, load ${os.loadavg()[0]?.toFixed(2)}`,
  );
  let scan = await scanWorkspace(folder, interpreter.path);
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    let bytes = 0;
    const looking = setInterval(() => (bytes = Math.max(bytes, scannerBytes())), 100);
    const started = performance.now();
    scan = await scanWorkspace(folder, interpreter.path);
    clearInterval(looking);
    console.log(
      `  today's files in ${seconds(performance.now() - started)} s: ${scan.candidates.length} candidates, ` +
        `scanner at most ${mebibytes(bytes)} MiB, this process ${mebibytes(process.resourceUsage().maxRSS * 1024)} MiB`,
    );
  }
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const started = performance.now();
    const history = await History.open(new Git({ folder, env: process.env }));
    const newest = await history.commits(commits);
    let bytes = 0;
    const { found, dropped } = await scanHistory(history, newest, {
      workspace: folder,
      interpreter: interpreter.path,
      onProgress: (done) => {
        if (done % 50 === 0) bytes = Math.max(bytes, scannerBytes());
      },
    });
    const scanned = performance.now();
    const times = await changeTimes(
      await History.open(new Git({ folder, env: process.env })),
      newest,
      scan.candidates,
    );
    const timed = performance.now();
    console.log(
      `  ${newest.length} commits in ${seconds(scanned - started)} s: ${found.length} candidates, ${dropped.length} dropped, ` +
        `scanner at most ${mebibytes(bytes)} MiB, this process ${mebibytes(process.resourceUsage().maxRSS * 1024)} MiB; ` +
        `times of ${times.size} of today's functions in ${seconds(timed - scanned)} s`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One commit with everything, then one after the other; gives the lines of Python. */
function makeRepository(): number {
  const versions = new Map<string, number[]>();
  const stream: string[] = [];
  const file = (name: string, content: string): string =>
    `M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
  const commit = (number: number, files: Record<string, string>): void => {
    stream.push(
      `commit refs/heads/main\ncommitter A <a@example.com> ${1_600_000_000 + number * 600} +0000\ndata 1\n.\n`,
      ...Object.entries(files).map(([name, content]) => file(name, content)),
    );
  };
  const all: Record<string, string> = {};
  for (let one = 0; one < PACKAGES; one++) {
    all[`src/p${one}/__init__.py`] = '';
    all[`src/p${one}/common.py`] = moduleSource(one, 99, Array<number>(FUNCTIONS).fill(0)).replace(
      /^from.*\n/m,
      '',
    );
    for (let other = 0; other < MODULES; other++) {
      const states = Array<number>(FUNCTIONS).fill(0);
      versions.set(`${one}.${other}`, states);
      all[`src/p${one}/m${other}.py`] = moduleSource(one, other, states);
      all[`tests/test_p${one}_m${other}.py`] = testSource(one, other, states);
    }
  }
  commit(0, all);
  for (let number = 1; number < commits; number++) {
    const [one, other] = [number % PACKAGES, Math.floor(number / PACKAGES) % MODULES];
    const states = versions.get(`${one}.${other}`) ?? [];
    states[number % TESTS] = number;
    commit(number, {
      [`src/p${one}/m${other}.py`]: moduleSource(one, other, states),
      [`tests/test_p${one}_m${other}.py`]: testSource(one, other, states),
    });
  }
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: stream.join('') });
  execFileSync('git', ['-C', folder, 'reset', '--quiet', '--hard', 'main']);
  return Object.values(all).reduce((sum, content) => sum + content.split('\n').length, 0);
}

function moduleSource(one: number, other: number, states: readonly number[]): string {
  const functions = states.map(
    (state, index) => `def f${index}(items, limit=${index + 1}):
    """Adds up what is not above the limit, variant ${one}.${other}.${index}."""
    total = ${state}
    for item in items:
        if item is None:
            continue
        # Those above the limit are left out.
        if item > limit * ${other + 2}:
            break
        try:
            total += int(item) + ${one + index}
        except ValueError:
            total -= 1
    while total > 10_000_000:
        total //= 2
    return total
`,
  );
  return `"""Module ${other} of package ${one}."""\nfrom p${one}.common import f0 as base\n\n\n${functions.join('\n\n')}`;
}

function testSource(one: number, other: number, states: readonly number[]): string {
  const tests = states.slice(0, TESTS).map(
    (state, index) => `def test_f${index}():
    assert m${other}.f${index}([]) == ${state}
    assert m${other}.f${index}([None]) == ${state}
`,
  );
  return `from p${one} import m${other}\n\n\n${tests.join('\n\n')}`;
}

function scannerBytes(): number {
  return Math.max(
    0,
    ...processesNaming('leti_runner.harvest.workspace').map((pid) => {
      const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kibibytes ?? 0) * 1024;
    }),
  );
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

function mebibytes(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(0);
}
