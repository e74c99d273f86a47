/**
 * `npm test`: everything that must hold before a change lands, in one process tree with one summary line. `npm run
 * test:full` (the argument `full`) runs what takes long instead.
 * Data and environments of the tests live in `.leti/` beside the sources, so that a second run is quick.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureTrainerEnvironment } from '../src/training/environment.ts';
import { provisionVsCode } from './host/provision.ts';
import { canDownload } from './host/suites.ts';
import { installDevTools } from './support/devTools.ts';

const root = path.resolve(import.meta.dirname, '..');
const home = process.env['LETI_TEST_HOME'] ?? path.join(root, '.leti');
const mocha = path.join(root, 'node_modules/.bin/mocha');
const counts = { passed: 0, failed: 0 };
/** What failed, told once more at the end: the log above it is long. */
const failures: string[] = [];

/** How a test runner words its summary, and from where on it names what failed. */
interface Summary {
  passed: RegExp;
  failed: RegExp;
  failures: RegExp;
}
const MOCHA: Summary = { passed: /(\d+) passing/, failed: /(\d+) failing/, failures: /\d+ failing/ };
const PYTEST: Summary = { passed: /(\d+) passed/, failed: /(\d+) failed/, failures: /=+ short test summary/ };

if (process.argv[2] === 'full') await full();
else await everything();

for (const failure of failures) console.log(`\nFAILED ${failure}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function full(): Promise<void> {
  const { env } = await trainerEnvironment();
  await step('build', 'npm', ['run', '--silent', 'build'], env);
  await suite('full', mocha, ['test/full/*.test.ts'], MOCHA, env);
}

async function everything(): Promise<void> {
  // What is mostly fetched is made while the first steps and suites run.
  const vscode = Promise.allSettled([vsCode()]);
  const trainer = trainerEnvironment();
  await step('lint', 'npm', ['run', '--silent', 'lint']);
  await step('types', 'npm', ['run', '--silent', 'typecheck']);
  await step('build', 'npm', ['run', '--silent', 'build']);
  const { python, env } = await trainer;
  await step('ruff', python, ['-m', 'ruff', 'check', 'python', 'test'], env);
  await step('ruff format', python, ['-m', 'ruff', 'format', '--check', 'python', 'test'], env);
  await suite(
    'mocha',
    mocha,
    ['--parallel', '--jobs', '2', 'test/{unit,integration}/**/*.test.ts'],
    MOCHA,
    env,
  );
  // Where that failed, the host suite tries again and says why.
  await vscode;
  await suite('host', process.execPath, ['test/host/run.ts'], MOCHA, env);
  await suite('driven', mocha, ['test/host/ui/*.test.ts'], MOCHA, env);
  const pytest = ['-m', 'pytest', '-c', 'python/pyproject.toml', '--rootdir', 'python', 'test/python'];
  await suite('pytest', python, pytest, PYTEST, env);
}

/** The trainer's Python, and what the tests are told about it. */
async function trainerEnvironment(): Promise<{ python: string; env: NodeJS.ProcessEnv }> {
  const { python } = await ensureTrainerEnvironment({
    home,
    device: 'cpu',
    env: process.env,
    signal: new AbortController().signal,
    onProgress: (text) => {
      console.log(`environment: ${text}`);
    },
  });
  const env = {
    ...process.env,
    LETI_HOME: home,
    LETI_TRAINER_PYTHON: python,
    LETI_MBPP_DIR: process.env['LETI_MBPP_DIR'] ?? path.resolve(root, '../shared/data'),
    PYTHONPATH: await installDevTools(python, home),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return { python, env };
}

/** The VS Code of the host tests. */
async function vsCode(): Promise<void> {
  if (!(await canDownload())) await provisionVsCode(home, console.log);
}

/** One command that passes or fails as a whole. */
async function step(name: string, command: string, args: string[], env = process.env): Promise<void> {
  const { code } = await run(name, command, args, env);
  if (code === 0) counts.passed += 1;
  else fail(name, `ended with ${code}`);
}

/** A test runner; its own summary is read, and a summary without tests is a failure. */
async function suite(
  name: string,
  command: string,
  args: string[],
  says: Summary,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, output } = await run(name, command, args, env);
  const count = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const failed = count(says.failed);
  counts.passed += count(says.passed);
  counts.failed += failed;
  if (failed > 0) failures.push(`${name}: ${output.slice(Math.max(0, output.search(says.failures))).trim()}`);
  if (count(says.passed) === 0) fail(name, 'ran no test');
  else if (code !== 0 && failed === 0) fail(name, `ended with ${code}`);
}

function fail(name: string, why: string): void {
  counts.failed += 1;
  failures.push(`${name} ${why}`);
}

async function run(
  name: string,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  console.log(`\n== ${name}`);
  const begun = Date.now();
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      console.log(`(${name}: ${Math.round((Date.now() - begun) / 1000)} s)`);
      resolve({ code: code ?? 1, output });
    });
  });
}
