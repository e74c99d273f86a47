import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const support = path.resolve(import.meta.dirname, '../../support');
const packages = path.resolve(import.meta.dirname, '../../../python');

/** A tiny random model with its tokenizer and export; see test/support/random_model.py. */
export interface TinyModel {
  modelFolder: string;
  onnxFolder: string;
  remove(): Promise<void>;
}

/** Makes the tiny model with the trainer's Python. */
export async function makeTinyModel(): Promise<TinyModel> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'leti-tiny-'));
  await run(trainerPython(), [path.join(support, 'random_model.py'), folder]);
  return {
    modelFolder: path.join(folder, 'model'),
    onnxFolder: path.join(folder, 'onnx'),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Runs Python code that sees the trainer's package, with JSON as its argument, and returns the JSON that it prints. */
export async function python(code: string, argument: unknown): Promise<unknown> {
  const { stdout } = await run(trainerPython(), ['-c', code, JSON.stringify(argument)], {
    cwd: packages,
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

function trainerPython(): string {
  const python = process.env['LETI_TRAINER_PYTHON'];
  if (python === undefined) {
    throw new Error(
      'LETI_TRAINER_PYTHON must name the Python of the trainer environment; `npm test` sets it',
    );
  }
  return python;
}
