import { z } from 'zod';
import { runCommand } from '../process/runCommand.ts';

/** CPython versions for which the trainer's packages exist. */
export const OLDEST = [3, 10] as const;
export const NEWEST = [3, 13] as const;

const NAMES = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python'];
const PROBE =
  'import sys, json; print(json.dumps([sys.implementation.name, sys.executable, *sys.version_info[:2]]))';
const Probe = z.tuple([z.string(), z.string(), z.int(), z.int()]);

export interface Python {
  path: string;
  version: readonly [number, number];
}

/** The newest CPython on PATH that the trainer can use and that really runs; shims of version managers often do not. */
export async function findTrainerPython(env: NodeJS.ProcessEnv): Promise<Python | undefined> {
  for (const name of NAMES) {
    const python = await probePython(name, env);
    if (python !== undefined && isUsable(python.version)) return python;
  }
  return undefined;
}

/** What a command says of itself; undefined when it does not run or is no CPython. */
export async function probePython(command: string, env: NodeJS.ProcessEnv): Promise<Python | undefined> {
  const { code, stdout } = await runCommand(command, ['-I', '-B', '-c', PROBE], { env });
  if (code !== 0) return undefined;
  const said = answerOf(stdout);
  if (said === undefined) return undefined;
  const [implementation, path, major, minor] = said;
  return implementation === 'cpython' ? { path, version: [major, minor] } : undefined;
}

/** The probe's answer, which is the last line: a shim may say something first, or nothing that is an answer. */
function answerOf(stdout: string): z.infer<typeof Probe> | undefined {
  try {
    return Probe.safeParse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).data;
  } catch {
    // What is no JSON is no answer.
    return undefined;
  }
}

/** The Python of the user's own trainer environment (`LETI_TRAINER_PYTHON`); undefined where LeTI makes one. */
export function namedTrainerPython(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['LETI_TRAINER_PYTHON'];
  return named === '' ? undefined : named;
}

export function isUsable([major, minor]: readonly [number, number]): boolean {
  return major === 3 && minor >= OLDEST[1] && minor <= NEWEST[1];
}
