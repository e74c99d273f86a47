import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isEnvironment, isSkippedFolder, isTestFile } from './fileRules.ts';

const MAX_FILES = 200;
/** Larger test files would fill a prompt with data. */
const MAX_BYTES = 100_000;
const MAX_DEPTH = 6;

/**
 * The texts of a workspace's test files, at most 200 and in the order of their paths. Test files are known by their paths.
 * Files that cannot be read or hold more than 100,000 bytes are left out.
 */
export async function testSources(workspace: string): Promise<string[]> {
  const files: string[] = [];
  await collect(workspace, '', 0, files);
  const read = await Promise.all(files.map((file) => readSmall(path.join(workspace, file))));
  return read.filter((source) => source !== undefined);
}

async function collect(workspace: string, folder: string, depth: number, files: string[]): Promise<void> {
  // A folder that is gone or may not be read holds no tests.
  const entries = await readdir(path.join(workspace, folder), { withFileTypes: true }).catch(() => []);
  if (isEnvironment(entries.map(({ name }) => name))) return;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (files.length >= MAX_FILES) return;
    const inside = `${folder}${entry.name}`;
    if (entry.isDirectory() && depth < MAX_DEPTH && !isSkippedFolder(entry.name))
      await collect(workspace, `${inside}/`, depth + 1, files);
    else if (entry.isFile() && inside.endsWith('.py') && isTestFile(inside)) files.push(inside);
  }
}

async function readSmall(file: string): Promise<string | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || info.size > MAX_BYTES) return undefined;
  return (await readFile(file, 'utf8').catch(() => undefined))?.replaceAll('\r\n', '\n');
}
