import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../process/packageRoot.ts';
import { action, InterruptedError, setting, step, UserError } from '../protocol/errors.ts';
import type { SuiteCoverage } from '../protocol/execution.ts';
import { Check, DroppedTask } from '../protocol/task.ts';

const MAX_OUTPUT_BYTES = 512 << 20;
const MAX_SECONDS = 300;

/** A function with checks, as leti_runner/harvest/workspace.py prints it. */
export const Candidate = z.strictObject({
  id: z.string().min(1),
  path: z.string().min(1),
  module: z.string().min(1),
  line: z.int().min(1),
  name: z.string().min(1),
  source: z.enum(['tests', 'doctests']),
  docstring: z.string(),
  prefix: z.string().min(1),
  indent: z.int().min(1),
  before: z.string().min(1),
  body: z.string().min(1),
  after: z.string(),
  template: z.string().min(1),
  checks: z.array(Check).min(1),
  /** Paths, keys of `sources`. */
  files: z.array(z.string()),
  test_files: z.array(z.string()),
  /** Paths, keys of `data`. */
  data_files: z.array(z.string()),
  /** First and last lines (from 1) of tests in its test files that it has no use for, by their paths. */
  unused_lines: z.record(z.string(), z.array(z.tuple([z.int(), z.int()]))),
});
export type Candidate = z.infer<typeof Candidate>;

export const Scan = z.strictObject({
  format: z.literal(3),
  /** Of the interpreter with its packages, and of these together with the workspace's files. */
  environment: z.string(),
  digest: z.string(),
  candidates: z.array(Candidate),
  sources: z.record(z.string(), z.string()),
  /** In base64. */
  data: z.record(z.string(), z.string()),
  /** Test files that can be run: their files and data files as in a candidate. */
  suites: z.array(
    z.strictObject({
      path: z.string().min(1),
      files: z.array(z.string()),
      data_files: z.array(z.string()),
      roots: z.array(z.string()),
    }),
  ),
  dropped: z.array(DroppedTask),
});
export type Scan = z.infer<typeof Scan>;

const Unchanged = z.strictObject({ unchanged: z.literal(true) });

/** What a scan is told beyond what is on disk. */
export interface Given {
  /** Texts by their paths in the workspace, which stand for what is on disk. */
  unsaved?: Readonly<Record<string, string>>;
  /** What running the tests told; without it, tests cover the functions that they name. */
  coverage?: Readonly<Record<string, SuiteCoverage>>;
}

/**
 * Parses the workspace's Python files with its own interpreter and finds the functions that tests or doctests cover.
 * No code of the workspace runs and nothing is written. `known`, an earlier scan, comes back where nothing has changed since. Throws a UserError when the folder or the interpreter is
 * unusable, InterruptedError when cancelled.
 */
export async function scanWorkspace(
  workspace: string,
  interpreter: string,
  signal?: AbortSignal,
  given: Given = {},
  known?: Scan,
): Promise<Scan> {
  const root = path.resolve(workspace);
  const folder = await stat(root).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw new UserError(`${root} is not a folder`, 'Name the folder of a Python project.', 2);
  }
  const printed = await runScanner(
    interpreter,
    [
      'leti_runner.harvest.workspace',
      root,
      ...(Object.keys(given).length === 0 ? [] : ['--given']),
      ...(known === undefined ? [] : ['--known', known.digest]),
    ],
    signal,
    Object.keys(given).length === 0 ? undefined : given,
  );
  const answer: unknown = JSON.parse(printed);
  return known !== undefined && Unchanged.safeParse(answer).success ? known : Scan.parse(answer);
}

/**
 * What a module of ours that only reads code prints, started with its arguments and given one line of JSON. It ends when
 * its standard input closes, so it never outlives this process.
 */
export async function runScanner(
  interpreter: string,
  module: readonly string[],
  signal: AbortSignal | undefined,
  input: unknown,
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = execFile(
      interpreter,
      ['-s', '-B', '-X', 'utf8', '-m', ...module],
      {
        cwd: path.join(packageRoot(), 'python'),
        // As the executor starts it, so that both see the same installed packages.
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONHASHSEED: '0' },
        encoding: 'utf8',
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: MAX_SECONDS * 1000,
        killSignal: 'SIGKILL',
        ...(signal === undefined ? {} : { signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal?.aborted === true) reject(new InterruptedError());
        else reject(scannerError(interpreter, error, stderr));
      },
    );
    // A scanner that is gone already says so by its exit.
    child.stdin?.on('error', () => undefined);
    if (input !== undefined) child.stdin?.write(`${JSON.stringify(input)}\n`);
  });
}

function scannerError(interpreter: string, cause: Error, stderr: string): UserError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new UserError(
    `${interpreter} could not look through the workspace: ${said === '' ? cause.message : said}`,
    [
      ...step`Choose CPython 3.9 or later with ${setting('python')}.`,
      ...step`${action('doctor')} to check it.`,
    ],
    1,
    { cause },
  );
}
