import { open } from 'node:fs/promises';
import { z } from 'zod';
import { setting, step, UserError } from '../protocol/errors.ts';

const Header = z.record(
  z.string(),
  z.union([
    z.looseObject({ data_offsets: z.tuple([z.int(), z.int()]), shape: z.array(z.int().min(0)).optional() }),
    z.record(z.string(), z.string()),
  ]),
);
const LARGEST_HEADER = 100_000_000;

/**
 * Checks that a safetensors file is whole: its header parses and the tensors that it names fill the file exactly
 * (format: 8 bytes of header length, little endian, a JSON header, then the data). Throws a UserError naming the file.
 */
export async function checkSafetensors(file: string): Promise<void> {
  const { header, size, start } = await readHeader(file);
  let end = 0;
  for (const entry of Object.values(header)) {
    if (Array.isArray(entry.data_offsets)) end = Math.max(end, entry.data_offsets[1]);
  }
  if (start + end !== size)
    throw damaged(file, `it has ${size} bytes where its header asks for ${start + end}`);
}

/** Numbers in a safetensors file. Throws a UserError where its header is damaged. */
export async function parameterCount(file: string): Promise<number> {
  const { header } = await readHeader(file);
  const shapes = Object.values(header).flatMap(({ shape }) => (Array.isArray(shape) ? [shape] : []));
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

/** The header, the file's size, and where its data start. */
async function readHeader(
  file: string,
): Promise<{ header: z.infer<typeof Header>; size: number; start: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Buffer.alloc(8);
    const { bytesRead } = await handle.read(start, 0, 8, 0);
    const length = bytesRead === 8 ? Number(start.readBigUInt64LE()) : Infinity;
    if (length > Math.min(LARGEST_HEADER, size - 8)) throw damaged(file, 'it is shorter than its header');
    const text = Buffer.alloc(length);
    await handle.read(text, 0, length, 8);
    const header = Header.safeParse(parse(text.toString()));
    if (!header.success) throw damaged(file, 'its header is not JSON');
    return { header: header.data, size, start: 8 + length };
  } finally {
    await handle.close();
  }
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
