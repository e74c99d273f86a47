import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ExclusiveLock } from '../../src/process/exclusiveLock.ts';
import { root, testHome, trainerPython } from './environment.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A fixture that no test used for so long is deleted: its sources have changed since. */
const UNUSED_MS = 7 * DAY_MS;
const POLL_MS = 200;

/** The scripts that make tiny models. */
const TINY_MODEL = ['test/support/tiny_model.py', 'test/support/tiny_llama.py'];
/** What makes exports. */
export const EXPORTER = ['export', 'graph_edit', 'weight_map'].map(
  (name) => `python/leti_trainer/models/${name}.py`,
);
const RANDOM_MODEL = ['test/support/random_model.py', 'test/support/tiny_llama.py', ...EXPORTER];
const MODEL_PAIRS = ['test/support/model_pairs.py', 'test/support/tiny_llama.py', ...EXPORTER];

/**
 * A folder that is made once and kept in `.leti/fixtures` for all later tests. Tests read it, or copy it before they
 * change anything. It is made again when a source, the input or the trainer environment changes.
 *
 * @param sources files and folders, relative to the repository, that decide what `make` writes
 * @param input what else decides it
 * @param make fills an empty folder; when it throws, nothing is kept
 */
export function madeOnce(
  name: string,
  sources: readonly string[],
  input: string,
  make: (folder: string) => void,
): string {
  const fixtures = path.join(testHome, 'fixtures');
  const folder = path.join(fixtures, `${name}-${keyOf(sources, input)}`);
  if (!existsSync(folder)) {
    const lock = waitFor(`${folder}.lock`);
    try {
      // Another process may have made it while this one waited.
      if (!existsSync(folder)) {
        const half = `${folder}.half`;
        rmSync(half, { recursive: true, force: true });
        mkdirSync(half, { recursive: true });
        make(half);
        deleteUnused(fixtures);
        renameSync(half, folder);
      }
    } finally {
      lock.release();
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

/**
 * A tiny model that was trained on some texts until it knows them by heart.
 *
 * @param tasks lines of JSON with `instruction`, `prefix` and `reference`
 * @param steps more steps, surer programs
 */
export function tinyModel(tasks: string, steps = 60): string {
  return madeOnce('tiny-model', TINY_MODEL, `${steps}\n${tasks}`, (folder) => {
    const file = path.join(folder, 'tasks.jsonl');
    writeFileSync(file, tasks);
    generate('tiny_model.py', file, folder, String(steps));
    rmSync(file);
  });
}

/** A tiny model with random weights, as random_model.py makes it. */
export interface RandomModel {
  modelFolder: string;
  /** Its fp32 export, with the tokens on which the two must agree. */
  onnxFolder: string;
  /** The same export as it was made before the trainer edited graphs (python/leti_trainer/models/graph_edit.py). */
  uneditedFolder: string;
}

/** Makes the model with random weights. */
export function randomModel(): RandomModel {
  const folder = madeOnce('random-model', RANDOM_MODEL, '', (half) => {
    generate('random_model.py', half);
  });
  return {
    modelFolder: path.join(folder, 'model'),
    onnxFolder: path.join(folder, 'onnx'),
    uneditedFolder: path.join(folder, 'onnx-unedited'),
  };
}

/** Pairs of tiny models of one shape with the builder's exports, as model_pairs.py makes them. Returns their folder. */
export function modelPairs(): string {
  return madeOnce('model-pairs', MODEL_PAIRS, '', (half) => {
    generate('model_pairs.py', half);
  });
}

function generate(script: string, ...args: string[]): void {
  execFileSync(trainerPython(), [path.join(root, 'test/support', script), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function keyOf(sources: readonly string[], input: string): string {
  const hash = createHash('sha256').update(JSON.stringify([trainerPython(), input]));
  for (const file of sources.flatMap(filesOf).sort()) {
    hash.update(file).update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(source: string): string[] {
  if (!statSync(path.join(root, source)).isDirectory()) return [source];
  return readdirSync(path.join(root, source), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|py|json|txt)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** Fixtures are made in blocking calls, so this blocks as well. */
function waitFor(lockFile: string): ExclusiveLock {
  for (;;) {
    const lock = ExclusiveLock.tryTake(lockFile);
    if (lock !== undefined) return lock;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
}

function deleteUnused(fixtures: string): void {
  for (const name of readdirSync(fixtures)) {
    const entry = path.join(fixtures, name);
    if (Date.now() - statSync(entry).mtimeMs > UNUSED_MS) rmSync(entry, { recursive: true, force: true });
  }
}
