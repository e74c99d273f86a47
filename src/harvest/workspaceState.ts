import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { digest } from '../process/digest.ts';
import { isEnvironment, isSkippedFolder } from './fileRules.ts';

/** Hidden files that decide which files are read, and which of them are tests. */
const DECIDING: readonly string[] = ['.gitignore', '.pytest.ini', '.pytest.toml'];

/** A workspace of more files has no state: looking at all of them takes as long as a scan. */
const MOST_FILES = 100_000;

/**
 * A digest of the names, sizes and times of all files that a scan may read, by the rules of the scanner. It changes when one
 * of them does. Undefined for a workspace of more than 100,000 files. Reads no file and starts no process.
 */
export async function workspaceState(root: string): Promise<string | undefined> {
  const files: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true });
    if (folder !== root && isEnvironment(entries.map(({ name }) => name))) continue;
    for (const entry of entries) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory() && !isSkippedFolder(entry.name)) folders.push(full);
      const counts = !entry.name.startsWith('.') || DECIDING.includes(entry.name);
      if (entry.isFile() && counts) files.push(full);
    }
    if (files.length > MOST_FILES) return undefined;
  }
  const states = await Promise.all(
    files.sort().map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => undefined);
      return `${file}\0${found?.size ?? 'gone'}\0${found?.mtimeNs ?? ''}\0${found?.ctimeNs ?? ''}`;
    }),
  );
  return digest(states.join('\n'));
}
