import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/environment.ts';
import type { Scheduled } from './schedule.ts';
import { MOCHA, PYTEST, type Summary } from './summary.ts';

/** One part of `npm test`. */
export interface Job extends Scheduled {
  /** Where there is none, `run.ts` does the job itself. */
  process?: JobProcess;
  /** How its output tells the number of tests; a job without it passes or fails as a whole. */
  summary?: Summary;
}

export interface JobProcess {
  /** `python` stands for the trainer's interpreter. */
  command: 'node' | 'npm' | 'python' | 'mocha';
  args: readonly string[];
}

/** What is fetched and installed, once. */
export const ENVIRONMENT = 'trainer environment';
export const VSCODE = 'VS Code';
const FIXTURES = 'fixtures';
const BUILD = 'build';

const SLOW = '.slow.test.ts';
/** What the test files of a folder need; each is a job of its own. The first folder that fits counts. */
const NEEDS: readonly (readonly [folder: string, needs: readonly string[]])[] = [
  ['test/integration/execution/', [ENVIRONMENT]],
  ['test/integration/harvest/', [ENVIRONMENT]],
  ['test/integration/', [BUILD, ENVIRONMENT, FIXTURES]],
  ['test/packaged/', [BUILD, ENVIRONMENT, VSCODE]],
];
/** Suites of many files that run in one process each. */
const UNIT = 'test/unit/';
const HOST = 'test/host/suite/';
const DRIVEN = 'test/host/ui/';

/** Files that take more than 10 seconds, as measured on two cores. A file that is missing here only starts later. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/integration/app/resume.test.ts': 50,
  'test/integration/app/defaultModel.test.ts': 40,
  'test/integration/server/backend.test.ts': 33,
  'test/integration/server/completion.test.ts': 23,
  'test/integration/cli/commands.test.ts': 21,
  'test/integration/execution/hostileAtT3.test.ts': 20,
  'test/integration/training/environment.test.ts': 20,
  'test/integration/app/experiment.test.ts': 19,
  'test/integration/cli/badInput.test.ts': 19,
  'test/integration/execution/determinism.test.ts': 19,
  'test/integration/execution/executor.test.ts': 19,
  'test/integration/execution/feedback.test.ts': 19,
  'test/integration/harvest/data.test.ts': 19,
  'test/integration/cli/history.test.ts': 17,
  'test/integration/harvest/found.test.ts': 16,
  'test/integration/app/trouble.test.ts': 15,
  'test/integration/inference/completer.test.ts': 14,
  'test/integration/app/complete.test.ts': 13,
  'test/integration/app/gate.test.ts': 13,
  'test/integration/cli/complete.test.ts': 13,
  'test/integration/cli/faults.slow.test.ts': 900,
  'test/packaged/example.slow.test.ts': 900,
  'test/packaged/project.slow.test.ts': 250,
};
/** Files that wait more than they work: for limits of programs, for slow servers, or for nothing to happen. */
const WAITING: readonly string[] = [
  'test/integration/engines/endpointSampler.test.ts',
  'test/integration/execution/executor.test.ts',
  'test/integration/server/completion.test.ts',
  'test/integration/training/device.test.ts',
];

const PYTEST_SECONDS: Readonly<Record<string, number>> = { trainer: 75, sampling: 17, runner: 9 };

/** The test files of the long tier, which only `npm run test:all` runs. */
export function slowFiles(): string[] {
  return testFiles().filter((file) => file.endsWith(SLOW));
}

/** All jobs of `npm test`, and of `npm run test:all` where `all` is true. */
export function testJobs(all: boolean): Job[] {
  const files = testFiles().filter((file) => all || !file.endsWith(SLOW));
  const driven = files.filter((file) => file.startsWith(DRIVEN));
  return [
    { name: ENVIRONMENT, needs: [], seconds: 90, cores: 0 },
    { name: VSCODE, needs: [], seconds: 120, cores: 0 },
    { ...job(BUILD, [], 20), process: npm('build') },
    { ...job('types', [], 30), process: npm('typecheck') },
    { ...job('lint', [], 60), process: npm('lint') },
    { ...job('ruff', [ENVIRONMENT], 1), process: python('ruff', 'check', 'python', 'test') },
    {
      ...job('ruff format', [ENVIRONMENT], 1),
      process: python('ruff', 'format', '--check', 'python', 'test'),
    },
    { ...job(FIXTURES, [BUILD, ENVIRONMENT], 40), process: node('test/support/makeFixtures.ts') },
    mochaJob(
      'unit',
      files.filter((file) => file.startsWith(UNIT)),
      [],
      20,
    ),
    ...files.filter((file) => isAlone(file)).map(fileJob),
    // A browser and an editor wait for each other much of the time.
    {
      ...job('host', [BUILD, FIXTURES, VSCODE], 150),
      ...{ cores: 0.5, process: node('test/host/run.ts'), summary: MOCHA },
    },
    { ...mochaJob('driven', driven, [BUILD, FIXTURES, VSCODE], 150), cores: 0.5 },
    ...pythonFolders().map(pytestJob),
  ];
}

/** Test files that no job runs, in neither tier. */
export function orphans(): string[] {
  const suites = readFileSync(path.join(root, HOST, 'index.ts'), 'utf8');
  return testFiles().filter((file) =>
    file.startsWith(HOST)
      ? !suites.includes(`'./${path.basename(file)}'`)
      : !isAlone(file) && !file.startsWith(UNIT) && !file.startsWith(DRIVEN),
  );
}

function testFiles(): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

function isAlone(file: string): boolean {
  return NEEDS.some(([folder]) => file.startsWith(folder));
}

function fileJob(file: string): Job {
  const needs = NEEDS.find(([folder]) => file.startsWith(folder))?.[1] ?? [];
  return {
    ...mochaJob(file.replace(/^test\/|\.test\.ts$/g, ''), [file], needs, SECONDS[file] ?? 10),
    cores: WAITING.includes(file) ? 0.5 : 1,
  };
}

function mochaJob(name: string, files: readonly string[], needs: readonly string[], seconds: number): Job {
  return { ...job(name, needs, seconds), process: { command: 'mocha', args: files }, summary: MOCHA };
}

function pytestJob(folder: string): Job {
  const args = ['-c', 'python/pyproject.toml', '--rootdir', 'python', `test/python/${folder}`];
  const process = python('pytest', ...args);
  return {
    ...job(`pytest ${folder}`, [ENVIRONMENT], PYTEST_SECONDS[folder] ?? 10),
    process,
    summary: PYTEST,
  };
}

function pythonFolders(): string[] {
  return readdirSync(path.join(root, 'test/python'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(({ name }) => name);
}

function job(name: string, needs: readonly string[], seconds: number): Job {
  return { name, needs, seconds, cores: 1 };
}

function npm(script: string): JobProcess {
  return { command: 'npm', args: ['run', '--silent', script] };
}

function node(file: string): JobProcess {
  return { command: 'node', args: [file] };
}

function python(module: string, ...args: string[]): JobProcess {
  return { command: 'python', args: ['-m', module, ...args] };
}
