import { isDeepStrictEqual } from 'node:util';
import { constants } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { InterruptedError } from '../protocol/errors.ts';
import { quantiseRows } from './quantise.ts';
import { openTensors, type WeightTensor } from './safetensors.ts';
import { transpose } from './transpose.ts';
import { readWeightMap, type Part, type Place, type WeightMap } from './weightMap.ts';

/** Numbers that are read and computed at once: some 10 ms, in which nothing else happens. */
const PIECE_NUMBERS = 1 << 20;
/** Numbers of a matrix that are held at once. A larger one is transposed piece by piece, with a write per row. */
const NUMBERS_HELD = 1 << 24;

/** Fields of config.json that change no number of a graph; as in python/leti_trainer/models/weight_map.py. */
const NOT_OF_THE_GRAPH = /^(.*name_or_path|architectures|(torch_)?dtype|transformers_version|use_cache)$/;

/** The weights do not fit the graph: another architecture or another size. The message says where. */
export class UnfitWeightsError extends Error {
  override readonly name = 'UnfitWeightsError';
}

export interface WriteExport {
  /** The trained model: safetensors of float32, float16 or bfloat16, and config.json. */
  model: string;
  /** An export of a model of the same shape, with its weight map. */
  like: string;
  /** Must not exist; appears whole. */
  out: string;
  /** Names of files of `like` that are not taken over. */
  without: readonly string[];
  signal: AbortSignal;
  /** Numbers of a matrix that are held at once; 16 million (64 MB) where it is missing. */
  numbersHeld?: number;
}

/**
 * Exports a model by writing its weights into the graph of another export: the same graph, map and configuration, and a new
 * data file. Uses some 100 MB of memory for any size of model. Leaves nothing behind when it fails.
 * @throws UnfitWeightsError before anything is written; UserError when the weights are damaged; InterruptedError.
 */
export async function writeExport(work: WriteExport): Promise<void> {
  const { model, like, out, without } = work;
  const map = await readWeightMap(like);
  if (map === undefined) throw new UnfitWeightsError(`${like} has no weight map`);
  await checkConfig(model, map);
  const { tensors, close } = await openTensors(model);
  const half = `${out}.${process.pid}.tmp`;
  try {
    checkTensors(tensors, map);
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { recursive: true });
    await takeOver(like, half, new Set([map.data, ...without]));
    await writeData(map, tensors, half, work);
    await rename(half, out);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  } finally {
    await close();
  }
}

async function checkConfig(model: string, map: WeightMap): Promise<void> {
  const config = JSON.parse(await readFile(path.join(model, 'config.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const differing = map.configs.map((form) => differenceOf(config, form));
  if (!differing.includes(undefined)) throw new UnfitWeightsError(differing[0]);
}

/** Where two configurations differ in what decides a graph; undefined where they do not. */
function differenceOf(config: Record<string, unknown>, form: Record<string, unknown>): string | undefined {
  const names = Object.keys({ ...config, ...form }).filter((name) => !NOT_OF_THE_GRAPH.test(name));
  const name = names.find((each) => !isDeepStrictEqual(config[each], form[each]));
  return name === undefined
    ? undefined
    : `config.json says ${name} ${JSON.stringify(config[name])}, and the graph was made for ${JSON.stringify(form[name])}`;
}

function checkTensors(tensors: ReadonlyMap<string, WeightTensor>, map: WeightMap): void {
  for (const [name, shape] of Object.entries(map.tensors)) {
    const found = tensors.get(name)?.shape;
    if (!isDeepStrictEqual(found, shape))
      throw new UnfitWeightsError(
        `the tensor ${name} ${found === undefined ? 'is missing' : `has the shape ${found.join(' x ')}`}, and the graph takes ${shape.join(' x ')}`,
      );
  }
  for (const name of tensors.keys()) {
    if (map.tensors[name] === undefined) throw new UnfitWeightsError(`the graph takes no tensor ${name}`);
  }
}

/** The files that do not depend on the weights. Two exports share one file where the disk allows it. */
async function takeOver(from: string, to: string, without: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(from)) {
    if (without.has(name)) continue;
    const [source, target] = [path.join(from, name), path.join(to, name)];
    await link(source, target).catch(() => copyFile(source, target, constants.COPYFILE_FICLONE));
  }
}

async function writeData(
  map: WeightMap,
  tensors: ReadonlyMap<string, WeightTensor>,
  half: string,
  { like, signal, numbersHeld = NUMBERS_HELD }: WriteExport,
): Promise<void> {
  const old = await open(path.join(like, map.data), 'r');
  try {
    const data = await open(path.join(half, map.data), 'w');
    try {
      await data.truncate((await old.stat()).size);
      for (const part of map.parts) {
        if (part.form === 'constant') await copyPlace(old, data, part.at);
        else await writePart(data, part, sourcesOf(part, tensors), numbersHeld, signal);
      }
    } finally {
      await data.close();
    }
  } finally {
    await old.close();
  }
}

function sourcesOf(part: Exclude<Part, { form: 'constant' }>, tensors: ReadonlyMap<string, WeightTensor>) {
  return part.from.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new UnfitWeightsError(`the tensor ${name} is missing`);
    return tensor;
  });
}

/** Writes all rows of the sources to their place, piece by piece. */
async function writePart(
  data: FileHandle,
  part: Exclude<Part, { form: 'constant' }>,
  sources: readonly WeightTensor[],
  numbersHeld: number,
  signal: AbortSignal,
): Promise<void> {
  const columns = sources[0]?.shape[1] ?? 1;
  const rows = sources.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const target = targetOf(data, part, rows, columns, numbersHeld);
  const piece = new Float32Array(
    Math.min(rows, Math.max(1, Math.floor(Math.min(PIECE_NUMBERS, numbersHeld) / columns))) * columns,
  );
  let before = 0;
  for (const source of sources) {
    const count = source.shape[0] ?? 0;
    for (let first = 0; first < count;) {
      if (signal.aborted) throw new InterruptedError();
      const now = piece.subarray(0, Math.min(piece.length, (count - first) * columns));
      await source.read(first * columns, now);
      await target.add(now, before + first);
      first += now.length / columns;
    }
    before += count;
  }
  await target.end();
}

/** Takes whole rows, in their order, from row `first` on. */
interface Target {
  add(rows: Float32Array, first: number): Promise<void>;
  end(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

function targetOf(
  data: FileHandle,
  part: Exclude<Part, { form: 'constant' }>,
  rows: number,
  columns: number,
  numbersHeld: number,
): Target {
  switch (part.form) {
    case 'rows':
      mustFill(part.at, rows * columns * 4);
      return {
        add: (now, first) => write(data, now, part.at.offset + first * columns * 4),
        end: nothing,
      };
    case 'q8':
      return quantised(data, part, rows, columns);
    case 'transposed':
      mustFill(part.at, rows * columns * 4);
      return rows * columns <= numbersHeld
        ? transposedAtOnce(data, part.at, rows, columns)
        : transposedInPieces(data, part.at, rows, columns, numbersHeld);
  }
}

function quantised(data: FileHandle, part: Part & { form: 'q8' }, rows: number, columns: number): Target {
  const blocks = Math.ceil(columns / part.block);
  mustFill(part.at, rows * blocks * part.block);
  mustFill(part.scales, rows * blocks * 4);
  return {
    add: async (now, first) => {
      const count = now.length / columns;
      const bytes = new Uint8Array(count * blocks * part.block);
      const scales = new Float32Array(count * blocks);
      quantiseRows(now, columns, part.block, bytes, scales);
      await write(data, bytes, part.at.offset + first * blocks * part.block);
      await write(data, scales, part.scales.offset + first * blocks * 4);
    },
    end: nothing,
  };
}

function transposedAtOnce(data: FileHandle, at: Place, rows: number, columns: number): Target {
  const whole = new Float32Array(rows * columns);
  return {
    add: (now, first) => {
      transpose(now, columns, whole, rows, first);
      return Promise.resolve();
    },
    end: () => write(data, whole, at.offset),
  };
}

function transposedInPieces(
  data: FileHandle,
  at: Place,
  rows: number,
  columns: number,
  numbersHeld: number,
): Target {
  // As many rows as memory allows make the pieces of the file's rows long.
  const room = Math.max(1, Math.floor(numbersHeld / columns));
  const gathered = new Float32Array(room * columns);
  let begin = 0;
  let held = 0;
  const flush = async (): Promise<void> => {
    for (let column = 0; column < columns; column += 1) {
      const piece = gathered.subarray(column * room, column * room + held);
      await write(data, piece, at.offset + (column * rows + begin) * 4);
    }
    begin += held;
    held = 0;
  };
  return {
    add: async (now) => {
      for (let taken = 0; taken < now.length;) {
        const fitting = now.subarray(taken, taken + (room - held) * columns);
        transpose(fitting, columns, gathered, room, held);
        held += fitting.length / columns;
        taken += fitting.length;
        if (held === room) await flush();
      }
    },
    end: flush,
  };
}

function mustFill({ length }: Place, bytes: number): void {
  if (length !== bytes) throw new UnfitWeightsError(`a part of the graph has ${length} bytes, not ${bytes}`);
}

async function copyPlace(from: FileHandle, to: FileHandle, { offset, length }: Place): Promise<void> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await from.read(buffer, 0, length, offset);
  if (bytesRead !== length) throw new UnfitWeightsError('the data file of the graph ends too early');
  await write(to, buffer, offset);
}

async function write(file: FileHandle, array: Float32Array | Uint8Array, position: number): Promise<void> {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
