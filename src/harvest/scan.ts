import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot, RUNNER_ENVIRONMENT } from '../process/packageRoot.ts';
import { action, InterruptedError, setting, step, UserError } from '../protocol/errors.ts';
import type { SuiteCoverage } from '../protocol/execution.ts';
import { Check, DroppedTask } from '../protocol/task.ts';

const MAX_OUTPUT_BYTES = 512 << 20;
const MAX_SECONDS = 300;

/** A function with checks, in the form that leti_runner/harvest/workspace.py prints. */
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
  /** More folders below which these files are imported. */
  roots: z.array(z.string()).optional(),
  /** False where the checks must run in the program's process. */
  sealable: z.literal(false).optional(),
  /** Paths, keys of `data`. */
  data_files: z.array(z.string()),
  /** First and last lines (from 1) of the tests that do not concern it, by the paths of its test files. */
  unused_lines: z.record(z.string(), z.array(z.tuple([z.int(), z.int()]))),
});
export type Candidate = z.infer<typeof Candidate>;

export const Scan = z.strictObject({
  format: z.literal(4),
  /** Hash of the interpreter and its packages. */
  environment: z.string(),
  /** Hash of the environment and the workspace's files. */
  digest: z.string(),
  candidates: z.array(Candidate),
  sources: z.record(z.string(), z.string()),
  /** In base64. */
  data: z.record(z.string(), z.string()),
  /** Test files that can be run. `files` and `data_files` are as in a candidate. */
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

/** Facts for a scan that are not on disk. */
export interface ScanInput {
  /** Unsaved texts by their paths in the workspace. They replace the files on disk. */
  unsaved?: Readonly<Record<string, string>>;
  /** The functions that each test ran. Without it, tests cover the functions that they name. */
  coverage?: Readonly<Record<string, SuiteCoverage>>;
}

/**
 * Parses the workspace's Python files with its own interpreter and finds the functions that tests or doctests cover. Runs no
 * code of the workspace and writes nothing. Returns `known`, an earlier scan, if nothing has changed since. Throws a
 * UserError when the folder or the interpreter is unusable, InterruptedError when cancelled.
 */
export async function scanWorkspace(
  workspace: string,
  interpreter: string,
  signal?: AbortSignal,
  given: ScanInput = {},
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
 * Runs one of our Python modules that only read code, with its arguments and one line of JSON as input, and returns its
 * output. The child ends when its standard input closes, so it never outlives this process. Throws a UserError when it
 * fails, InterruptedError when cancelled.
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
        env: RUNNER_ENVIRONMENT,
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
    // The exit of a scanner that has ended reports the failure.
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
