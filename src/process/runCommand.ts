import { InterruptedError } from '../protocol/errors.ts';
import { killTree, spawnTree } from './childTree.ts';
import { eachLine } from './lines.ts';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Of longer output only the end is kept. */
const KEPT_CHARACTERS = 100_000;

/**
 * Runs a command to its end. A command that cannot be started has code 127. `onLine` gets each whole line of both outputs.
 * An abort kills the command with all its children and throws InterruptedError.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    signal?: AbortSignal;
    onLine?: (line: string) => void;
  } = {},
): Promise<CommandResult> {
  const child = spawnTree(command, args, {
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const abort = (): void => {
    killTree(child);
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    if (stream === null) continue;
    stream.setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-KEPT_CHARACTERS);
    });
    if (options.onLine !== undefined) eachLine(stream, options.onLine);
  }
  try {
    const code = await new Promise<number>((resolve) => {
      child.on('error', (error) => {
        output.stderr += error.message;
        resolve(127);
      });
      child.on('close', (exit) => {
        resolve(exit ?? 1);
      });
    });
    if (options.signal?.aborted === true) throw new InterruptedError();
    return { code, ...output };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}
