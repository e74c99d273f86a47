/**
 * Runs what must hold before a change lands, as jobs side by side, with one summary at the end.
 *
 *     npm test                    everything but the long suites
 *     npm run test:all            the long suites (`*.slow.test.ts`) as well, before a release
 *     npm test -- lint host       some jobs, with the jobs that they need
 *     npm run test:setup          makes the environment in which a single test file runs alone
 *
 * Environments and fixtures lie in `.leti/`, so that a second run is quick. LETI_TEST_JOBS is the number of jobs side by side.
 */
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { provisionVsCode } from './host/provision.ts';
import { canDownload } from './host/suites.ts';
import { ENVIRONMENT, slowFiles, testJobs, VSCODE, type Job, type JobProcess } from './runner/jobs.ts';
import { schedule } from './runner/schedule.ts';
import { outcomeOf } from './runner/summary.ts';
import { root, testHome } from './support/environment.ts';
import { makeTestEnvironment } from './support/testEnvironment.ts';

/** A job that takes longer hangs. The longest takes ten minutes on two busy cores. */
const LIMIT_MINUTES = 30;
/** More jobs side by side than this need more memory than most machines have. */
const MOST_JOBS = 4;
const SETUP = [ENVIRONMENT, VSCODE, 'build', 'fixtures'];

// Each job is a process of its own, and most load the same TypeScript.
process.env['NODE_COMPILE_CACHE'] ??= path.join(testHome, 'compile-cache');

const [tier, ...named] = process.argv.slice(2);
const isAll = tier === 'all';
const jobs = chosen(testJobs(isAll), tier === 'setup' ? SETUP : named);
const cores =
  Number(process.env['LETI_TEST_JOBS']) || Math.min(MOST_JOBS, Math.max(2, os.availableParallelism()));
const total = { passed: 0, failed: 0 };
const failures: string[] = [];
let environment: NodeJS.ProcessEnv = process.env;
const begun = Date.now();

for (const name of await schedule(jobs, cores, work))
  fail(`${name}: left out, as something that it needs failed`);
for (const failure of failures) console.log(`\nFAILED ${failure}`);
if (!isAll) {
  console.log(
    `\nLeft to \`npm run test:all\`:\n${slowFiles()
      .map((file) => `  ${file}\n`)
      .join('')}`,
  );
}
console.log(`\n${total.passed} passed, ${total.failed} failed (${secondsSince(begun)} s)`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** The jobs with some names and all that they need; all jobs where no name is given. */
function chosen(all: readonly Job[], names: readonly string[]): Job[] {
  if (names.length === 0) return [...all];
  const unknown = names.filter((name) => !all.some((job) => job.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no job ${unknown.join(', ')}. Jobs are:\n${all.map(({ name }) => `  ${name}`).join('\n')}`,
    );
    process.exit(2);
  }
  const wanted = new Set(names);
  // The set grows while it is gone through.
  for (const name of wanted) {
    for (const needed of all.find((job) => job.name === name)?.needs ?? []) wanted.add(needed);
  }
  return all.filter(({ name }) => wanted.has(name));
}

/** Does one job, and prints what it said when it has ended: lines of two jobs would mix. */
async function work(job: Job): Promise<boolean> {
  const start = Date.now();
  console.log(`-- ${job.name} starts`);
  const { code, output } = await (job.process === undefined ? prepare(job.name) : run(job.process));
  const outcome = outcomeOf(job.name, code, output, job.summary);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  failures.push(...outcome.failures);
  console.log(
    `\n== ${job.name}: ${outcome.failed === 0 ? 'passed' : 'FAILED'} (${secondsSince(start)} s)\n${output.trim()}\n`,
  );
  return outcome.failed === 0;
}

interface Ended {
  code: number;
  output: string;
}

/** Makes what the tests need and keep: the trainer environment, or a VS Code. */
async function prepare(name: string): Promise<Ended> {
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
  };
  try {
    if (name === ENVIRONMENT) environment = { ...process.env, ...(await makeTestEnvironment(say)) };
    else if (!(await canDownload())) await provisionVsCode(testHome, say);
    return { code: 0, output: said.join('\n') };
  } catch (error) {
    return { code: 1, output: [...said, error instanceof Error ? error.message : String(error)].join('\n') };
  }
}

async function run({ command, args }: JobProcess): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const child = spawn(executable(command), args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      // Processes of its own may hold the pipes open.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      output += `\nThe job was ended: it took more than ${LIMIT_MINUTES} minutes.`;
    }, LIMIT_MINUTES * 60_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? 1, output });
    });
  });
}

function executable(command: JobProcess['command']): string {
  switch (command) {
    case 'node':
      return process.execPath;
    case 'npm':
      return 'npm';
    case 'mocha':
      return path.join(root, 'node_modules/.bin/mocha');
    case 'python':
      return environment['LETI_TRAINER_PYTHON'] ?? 'python3';
  }
}

function fail(why: string): void {
  total.failed += 1;
  failures.push(why);
}

function secondsSince(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}
