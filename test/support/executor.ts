import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderFeedback } from '../../src/core/text/feedback.ts';
import { assembleProgram, executionJob } from '../../src/core/text/program.ts';
import { startExecutor, type Executor } from '../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { DEFAULT_LIMITS, type ExecutionResult, type Tier } from '../../src/protocol/execution.ts';
import type { Task } from '../../src/protocol/task.ts';

/** The interpreter that runs the programs of tests: the one that LETI_TEST_PYTHON names, else this machine's. */
export async function testInterpreter(): Promise<string> {
  const explicit = process.env['LETI_TEST_PYTHON'];
  return (await findWorkspaceInterpreter({ workspace: os.tmpdir(), explicit, env: process.env })).path;
}

/** One interpreter of each minor version that this machine has: the tests' own, those on PATH and pyenv's. */
export async function testInterpreters(): Promise<{ path: string; version: string }[]> {
  const pyenv = path.join(process.env['PYENV_ROOT'] ?? path.join(os.homedir(), '.pyenv'), 'versions');
  const found = new Map<string, { path: string; version: string }>();
  const candidates = [
    await testInterpreter(),
    ...(existsSync(pyenv) ? readdirSync(pyenv).map((name) => path.join(pyenv, name, 'bin', 'python')) : []),
    ...Array.from({ length: 6 }, (_, index) => `python3.${9 + index}`),
  ];
  for (const explicit of candidates) {
    try {
      const one = await findWorkspaceInterpreter({ workspace: os.tmpdir(), explicit, env: process.env });
      const minor = one.version.split('.').slice(0, 2).join('.');
      if (!found.has(minor)) found.set(minor, { path: one.path, version: one.version });
    } catch (error) {
      // Not installed, too old, or a shim that points nowhere.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return [...found.values()];
}

export interface TestExecutorOptions {
  /** At most this tier; T1 is a machine whose kernel has neither Landlock nor seccomp. */
  most?: Tier;
  /** Programs run as a user without any rights; only root can ask for it. */
  ordinaryUser?: boolean;
  interpreter?: string;
  /** Zygotes load pytest once, as for the tests of a workspace. */
  pytest?: boolean;
}

export async function startTestExecutor(jobs: number, options: TestExecutorOptions = {}): Promise<Executor> {
  const { most = 'T3', ordinaryUser = false } = options;
  let interpreter = options.interpreter ?? (await testInterpreter());
  if (most === 'T1') interpreter = looseInterpreter(interpreter);
  if (ordinaryUser) interpreter = ordinaryInterpreter(interpreter);
  return await startExecutor({
    interpreter,
    jobs,
    namespaces: most === 'T3',
    pytest: options.pytest,
    allowUncontained: most === 'T1',
  });
}

/**
 * A virtual environment made with the tests' interpreter, or one that an ordinary user may read; packages of the tests'
 * own tools are there if asked for.
 */
export async function testEnvironment(
  folder: string,
  options: { tools: boolean; ordinaryUser?: boolean },
): Promise<string> {
  const own = await testInterpreter();
  const base = options.ordinaryUser === true ? readableByAll([own, '/usr/bin/python3']) : own;
  execFileSync(base, ['-m', 'venv', '--without-pip', folder]);
  const python = path.join(folder, 'bin', 'python');
  if (options.tools) writeFileSync(path.join(packagesOf(python), 'tools.pth'), `${toolsFolder()}\n`);
  return python;
}

/** Called inside `describe`: an executor whose interpreter has pytest, once the suite's tests run. */
export function useExecutorWithPytest(): () => Executor {
  let folder: string;
  let executor: Executor | undefined;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-pytest-'));
    const interpreter = await testEnvironment(path.join(folder, 'venv'), { tools: true });
    executor = await startTestExecutor(2, { interpreter, pytest: true });
  });
  after(async () => {
    await executor?.close();
    rmSync(folder, { recursive: true });
  });
  return () => {
    if (executor === undefined) throw new Error('the suite has not begun');
    return executor;
  };
}

/** A program that was run for a test: its result, and the feedback on it. */
export interface JudgedProgram {
  result: ExecutionResult;
  feedback: string;
}

/** Called inside `describe`: an executor of the suite's own, and completions of tasks that run on it. */
export function useProgramRunner(): {
  executor: () => Executor;
  run: (task: Task, completion: string) => Promise<JudgedProgram>;
} {
  let started: Executor | undefined;
  let jobs = 0;
  before(async () => {
    started = await startTestExecutor(2);
  });
  after(async () => {
    await started?.close();
  });
  const executor = (): Executor => {
    if (started === undefined) throw new Error('the suite has not begun');
    return started;
  };
  const run = async (task: Task, completion: string): Promise<JudgedProgram> => {
    const program = assembleProgram(task, completion);
    const result = await executor().execute(executionJob(task, program, jobs++, DEFAULT_LIMITS));
    return { result, feedback: renderFeedback(program, result, () => 0) };
  };
  return { executor, run };
}

/** Where an interpreter's packages are installed. */
export function packagesOf(python: string): string {
  return execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  }).trim();
}

function toolsFolder(): string {
  const tools = process.env['PYTHONPATH'];
  if (tools === undefined) {
    throw new Error('This test needs pytest. Run `npm run test:setup` once (about 4 minutes).');
  }
  return tools;
}

/** Arguments of `setpriv` that make a command an ordinary user's. */
export const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];

/** A command that runs an interpreter as nobody. */
function ordinaryInterpreter(interpreter: string): string {
  return script(`#!/bin/sh\nexec setpriv ${AS_NOBODY.join(' ')} ${JSON.stringify(interpreter)} "$@"\n`);
}

function readableByAll(interpreters: readonly string[]): string {
  // A library that cannot be read may be found elsewhere, in another version.
  const look = [
    '-c',
    'import ctypes, json, os, sys; print(sys.version, os.listdir(sys.base_prefix + "/lib"))',
  ];
  const found = interpreters.find((interpreter) => {
    const all = spawnSync('setpriv', [...AS_NOBODY, interpreter, ...look], { encoding: 'utf8' });
    return all.status === 0 && all.stdout === execFileSync(interpreter, look, { encoding: 'utf8' });
  });
  if (found === undefined) throw new Error(`an ordinary user can run none of ${interpreters.join(', ')}`);
  return found;
}

/**
 * An interpreter that believes to be on an old kernel: its first system call for Landlock (444) is not there, and prctl
 * (157) takes no filter (22). For x86-64.
 */
export function looseInterpreter(interpreter: string): string {
  const filter = [
    '(0x20,0,0,0)',
    '(0x15,0,1,444)',
    '(6,0,0,0x50000|38)',
    '(0x15,0,3,157)',
    '(0x20,0,0,16)',
    '(0x15,0,1,22)',
    '(6,0,0,0x50000|22)',
    '(6,0,0,0x7fff0000)',
  ];
  const python = JSON.stringify(interpreter);
  return script(`#!${interpreter}
import ctypes, os, struct, sys
code = b"".join(struct.pack("=HBBI", o, y, n, v) for o, y, n, v in [${filter.join(', ')}])
buffer = ctypes.create_string_buffer(code)
program = struct.pack("=HxxxxxxQ", ${filter.length}, ctypes.addressof(buffer))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) == 0
os.execv(${python}, [${python}, *sys.argv[1:]])
`);
}

const scriptFolders: string[] = [];
process.on('exit', () => {
  for (const folder of scriptFolders) rmSync(folder, { recursive: true, force: true });
});

/** An executable file that anybody may run until the tests end. */
function script(text: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-python-'));
  chmodSync(folder, 0o755);
  scriptFolders.push(folder);
  const file = path.join(folder, 'python');
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}
