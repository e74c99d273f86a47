import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runCommand } from '../process/runCommand.ts';
import { setting, step, UserError } from '../protocol/errors.ts';

export interface WorkspaceInterpreter {
  path: string;
  version: string;
  /** How it was found. */
  source: 'named' | 'activated environment' | 'workspace environment' | 'PATH';
}

const OLDEST_MINOR = 9;
const PROBE =
  'import sys, json; print(json.dumps([sys.implementation.name, sys.executable, list(sys.version_info[:3])]))';
const Probe = z.tuple([z.string(), z.string(), z.tuple([z.int(), z.int(), z.int()])]);

/**
 * The interpreter whose packages a workspace's programs need: the named one (`explicit`), else the activated environment's,
 * the workspace's own `.venv` or `venv`, then PATH. Runs each candidate, because shims of version managers may point
 * nowhere. Throws a UserError (exit code 2) if the named one cannot be used or none is found.
 */
export async function findWorkspaceInterpreter(options: {
  workspace: string;
  explicit?: string | undefined;
  env: NodeJS.ProcessEnv;
}): Promise<WorkspaceInterpreter> {
  if (options.explicit !== undefined) {
    const found = await probe(options.explicit, 'named', options.env);
    if (typeof found !== 'string') return found;
    throw new UserError(
      `The interpreter ${options.explicit} cannot be used: ${found}.`,
      step`Choose CPython 3.${String(OLDEST_MINOR)} or later with ${setting('python')}.`,
      2,
    );
  }
  const reasons: string[] = [];
  for (const [command, source] of candidates(options.workspace, options.env)) {
    const found = await probe(command, source, options.env);
    if (typeof found !== 'string') return found;
    reasons.push(`${command}: ${found}`);
  }
  throw new UserError(
    `No Python interpreter for ${options.workspace} was found (${reasons.join('; ')}).`,
    step`Install CPython 3.${String(OLDEST_MINOR)} or later, make a .venv in the workspace, or choose an interpreter with ${setting('python')}.`,
    2,
  );
}

function candidates(workspace: string, env: NodeJS.ProcessEnv): [string, WorkspaceInterpreter['source']][] {
  const inEnvironment = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const found: [string, WorkspaceInterpreter['source']][] = [];
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const folder = env[name];
    if (folder !== undefined && folder !== '')
      found.push([path.join(folder, ...inEnvironment), 'activated environment']);
  }
  for (const name of ['.venv', 'venv']) {
    const file = path.join(workspace, name, ...inEnvironment);
    if (existsSync(file)) found.push([file, 'workspace environment']);
  }
  found.push(['python3', 'PATH'], ['python', 'PATH']);
  return found;
}

/** The interpreter, or the reason why it cannot be used. */
async function probe(
  command: string,
  source: WorkspaceInterpreter['source'],
  env: NodeJS.ProcessEnv,
): Promise<WorkspaceInterpreter | string> {
  const { code, stdout, stderr } = await runCommand(command, ['-I', '-B', '-c', PROBE], { env });
  if (code !== 0) return `it does not run (${stderr.trim().split('\n').at(-1) ?? ''})`;
  const parsed = Probe.safeParse(parse(stdout));
  if (!parsed.success) return 'it does not answer like a Python interpreter';
  const [implementation, executable, version] = parsed.data;
  const text = version.join('.');
  if (implementation !== 'cpython') return `it is ${implementation}, not CPython`;
  if (version[0] !== 3 || version[1] < OLDEST_MINOR)
    return `it is CPython ${text}, older than 3.${OLDEST_MINOR}`;
  return { path: executable, version: text, source };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
