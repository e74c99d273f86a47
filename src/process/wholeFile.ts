import { access, constants, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** JSON lines are written in pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 16;
/** Numbers the writes, so that two writes of one file have different temporary files. */
let writes = 0;

/**
 * Writes a file that appears whole under its name or not at all, even if the machine loses power. A failed write leaves
 * nothing behind. The texts of an iterable follow each other. Without `mode` a file that is there keeps its
 * permissions. A link stays, and the file that it names is written. What is no file, such as a device or a pipe, is
 * written as it comes.
 */
export async function writeWhole(
  file: string,
  content: string | Iterable<string>,
  mode?: number,
): Promise<void> {
  const target = await targetOf(file);
  const found = await stat(target).catch(() => undefined);
  if (found !== undefined) await access(target, constants.W_OK);
  if (found?.isFile() === false && !found.isDirectory()) {
    await writeFile(target, content);
    return;
  }
  const temporary = `${target}.${process.pid}-${++writes}.tmp`;
  try {
    await writeFile(temporary, content, { mode: mode ?? found?.mode, flush: true });
    await rename(temporary, target);
  } catch (error) {
    // The first error says more than a failure to remove a file that may never have existed.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Where the links of a path end, also where nothing is there yet. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const named = await readlink(file).catch(() => undefined);
    return named === undefined ? file : path.resolve(path.dirname(file), named);
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
