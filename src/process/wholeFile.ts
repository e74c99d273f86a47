import { rename, rm, writeFile } from 'node:fs/promises';

/** So that two writes of a file do not share its half. */
let written = 0;

/**
 * Writes a file that appears whole under its name or not at all, even where the machine loses its power; nothing is left of
 * a try that fails. An iterable's texts follow each other. `mode`: its permissions.
 */
export async function writeWhole(
  file: string,
  content: string | Iterable<string>,
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
