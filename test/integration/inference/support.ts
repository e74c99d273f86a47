import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root, trainerPython } from '../../support/environment.ts';

/** Runs Python code that sees the trainer's package, with JSON as its argument, and returns the JSON that it prints. */
export async function python(code: string, argument: unknown): Promise<unknown> {
  const { stdout } = await promisify(execFile)(trainerPython(), ['-c', code, JSON.stringify(argument)], {
    cwd: path.join(root, 'python'),
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout);
}

/** Everything that a source yields. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
