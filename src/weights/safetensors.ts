import { open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { setting, step, UserError } from '../protocol/errors.ts';
import { toFloat32, type FloatType } from './floats.ts';

const Entry = z.looseObject({
  dtype: z.string().optional(),
  shape: z.array(z.int().min(0)).optional(),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const Header = z.record(z.string(), z.union([Entry, z.record(z.string(), z.string())]));
const LARGEST_HEADER = 100_000_000;
const FLOAT_BYTES: Record<FloatType, number> = { F32: 4, F16: 2, BF16: 2 };

/** A tensor of a model folder. Reads rows, which follow each other in the file. */
export interface WeightTensor {
  name: string;
  shape: readonly number[];
  /**
   * Numbers from `first` on, so many as `target` takes; both count from the beginning of the tensor.
   * @throws UserError when the file ends before them.
   */
  read(first: number, target: Float32Array): Promise<void>;
}

/**
 * The tensors of all safetensors files of a folder, by their names. The caller closes them.
 * @throws UserError naming a file that is damaged, or a tensor whose numbers are no floats.
 */
export async function openTensors(
  folder: string,
): Promise<{ tensors: ReadonlyMap<string, WeightTensor>; close: () => Promise<void> }> {
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => {
    for (const handle of handles) await handle.close();
  };
  const tensors = new Map<string, WeightTensor>();
  try {
    for (const name of (await readdir(folder)).sort()) {
      if (!name.endsWith('.safetensors')) continue;
      const file = path.join(folder, name);
      const handle = await open(file, 'r');
      handles.push(handle);
      const { entries, start } = await readHeader(handle, file);
      for (const [tensor, entry] of entries)
        tensors.set(tensor, tensorOf(tensor, entry, handle, start, file));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { tensors, close };
}

/**
 * Checks that a safetensors file is whole: its header parses and the tensors that it names fill the file exactly
 * (format: 8 bytes of header length, little endian, a JSON header, then the data). Throws a UserError naming the file.
 */
export async function checkSafetensors(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await readHeader(handle, file);
  } finally {
    await handle.close();
  }
}

/** Numbers in a safetensors file. Throws a UserError where the file is damaged. */
export async function parameterCount(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const { entries } = await readHeader(handle, file);
    return entries.reduce((sum, [, { shape = [] }]) => sum + product(shape), 0);
  } finally {
    await handle.close();
  }
}

async function readHeader(
  handle: FileHandle,
  file: string,
): Promise<{ entries: [string, z.infer<typeof Entry>][]; start: number }> {
  const { size } = await handle.stat();
  const lengthField = Buffer.alloc(8);
  const { bytesRead } = await handle.read(lengthField, 0, 8, 0);
  const length = bytesRead === 8 ? Number(lengthField.readBigUInt64LE()) : Infinity;
  if (length > Math.min(LARGEST_HEADER, size - 8)) throw damaged(file, 'it is shorter than its header');
  const text = Buffer.alloc(length);
  await handle.read(text, 0, length, 8);
  const header = Header.safeParse(parse(text.toString()));
  if (!header.success) throw damaged(file, 'its header is not JSON');
  const entries = Object.entries(header.data).flatMap(([name, entry]): [string, z.infer<typeof Entry>][] => {
    const parsed = Entry.safeParse(entry);
    return parsed.success ? [[name, parsed.data]] : [];
  });
  let end = 0;
  for (const [name, { data_offsets }] of entries.toSorted(([, a], [, b]) => byPlace(a, b))) {
    if (data_offsets[0] !== end || data_offsets[1] < end)
      throw damaged(file, `the tensor ${name} begins at byte ${data_offsets[0]}, and ${end} was expected`);
    end = data_offsets[1];
  }
  if (8 + length + end !== size)
    throw damaged(file, `it has ${size} bytes where its header asks for ${8 + length + end}`);
  return { entries, start: 8 + length };
}

/** A tensor without numbers ends where it begins. */
function byPlace(a: z.infer<typeof Entry>, b: z.infer<typeof Entry>): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

function tensorOf(
  name: string,
  { dtype, shape, data_offsets: [begin, end] }: z.infer<typeof Entry>,
  handle: FileHandle,
  start: number,
  file: string,
): WeightTensor {
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw damaged(file, `${name} has the type ${dtype ?? 'unknown'}, and F32, F16 or BF16 is expected`);
  const bytes = FLOAT_BYTES[dtype];
  const count = product(shape ?? []);
  if (shape === undefined || count * bytes !== end - begin)
    throw damaged(file, `${name} has ${end - begin} bytes, which do not fit its shape`);
  return {
    name,
    shape,
    read: async (first, target) => {
      const buffer =
        dtype === 'F32'
          ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
          : new Uint8Array(target.length * bytes);
      await readFully(handle, buffer, start + begin + first * bytes, file);
      if (dtype !== 'F32') toFloat32(new Uint16Array(buffer.buffer), dtype, target);
    },
  };
}

async function readFully(
  handle: FileHandle,
  buffer: Uint8Array,
  position: number,
  file: string,
): Promise<void> {
  for (let done = 0; done < buffer.length;) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw damaged(file, 'it ends too early');
    done += bytesRead;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, side) => all * side, 1);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(file: string, why: string): UserError {
  return new UserError(
    `The weights ${file} are damaged: ${why}.`,
    step`Copy the file again, or choose another model with ${setting('model')}.`,
    2,
  );
}
