import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

const TEST_FILE = /^(?:test_.*|.*_test)\.py$/;
/** Folders that hold other people's code, or none. */
const SKIPPED = /^(?:\..*|node_modules|__pycache__|venv|env|build|dist|site-packages)$/;
const MAX_FILES = 200;
const MAX_BYTES = 100_000;
const MAX_DEPTH = 6;

/** The test files of a workspace as text, by their names alone and within bounds; what cannot be read is left out. */
export async function testSources(workspace: string): Promise<string[]> {
  const files: string[] = [];
  await collect(workspace, 0, files);
  const read = await Promise.all(files.map(readSmall));
  return read.filter((source) => source !== undefined);
}

async function collect(folder: string, depth: number, files: string[]): Promise<void> {
  // A folder that may not be read, or is gone by now, has no tests for us.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (files.length >= MAX_FILES) return;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.test(entry.name))
      await collect(full, depth + 1, files);
    else if (entry.isFile() && TEST_FILE.test(entry.name)) files.push(full);
  }
}

async function readSmall(file: string): Promise<string | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || info.size > MAX_BYTES) return undefined;
  return (await readFile(file, 'utf8').catch(() => undefined))?.replaceAll('\r\n', '\n');
}
