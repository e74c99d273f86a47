import { rename, rm, writeFile } from 'node:fs/promises';

/** JSON lines are written in pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 16;
/** Numbers the writes, so that two writes of one file have different temporary files. */
let writes = 0;

/**
 * Writes a file that appears whole under its name or not at all, even if the machine loses power. A failed write leaves
 * nothing behind. The texts of an iterable follow each other. `mode` holds the file's permissions.
 */
export async function writeWhole(
  file: string,
  content: string | Iterable<string>,
  mode?: number,
): Promise<void> {
  const temporary = `${file}.${process.pid}-${++writes}.tmp`;
  try {
    await writeFile(temporary, content, { mode, flush: true });
    await rename(temporary, file);
  } catch (error) {
    // The first error says more than a failure to remove a file that may never have existed.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The values as JSON lines, for `writeWhole`: one object per line, in pieces that are large enough to write. */
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
