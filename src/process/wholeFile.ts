import { rename, rm, writeFile } from 'node:fs/promises';

let written = 0;

/**
 * Writes a file that appears whole under its name or not at all, even where the machine loses its power; nothing is left of
 * a try that fails. An iterable's texts follow each other. `mode`: its permissions.
 */
export async function writeWhole(
  file: string,
  content: string | Iterable<string> | AsyncIterable<string>,
  mode?: number,
): Promise<void> {
  const half = `${file}.${process.pid}-${++written}.tmp`;
  try {
    await writeFile(half, content, { mode, flush: true });
    await rename(half, file);
  } catch (error) {
    // Where it could not be made, to look for it fails as well.
    await rm(half, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** JSON lines of some values, in pieces that are worth a write. */
export function* jsonLines(values: Iterable<object>): Generator<string> {
  let piece = '';
  for (const value of values) {
    piece += `${JSON.stringify(value)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

const PIECE_CHARACTERS = 1 << 16;
