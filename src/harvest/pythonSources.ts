import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { setting, step, UserError } from '../protocol/errors.ts';

const run = promisify(execFile);
/** Packages that every CPython from 3.9 on has. */
const PACKAGES = [
  'asyncio',
  'concurrent/futures',
  'email',
  'http',
  'importlib',
  'json',
  'logging',
  'unittest',
];
/** Larger files, in bytes, are data more often than code. */
const MAX_BYTES = 100_000;

/**
 * The texts of the interpreter's top-level standard library modules, in the order of their names, for continued
 * pre-training. Throws a UserError when the interpreter does not run.
 */
export async function standardLibrarySources(interpreter: string): Promise<string[]> {
  const folder = await standardLibrary(interpreter);
  return await sourcesIn(folder, await pythonFilesIn(folder));
}

/** The texts of some standard library packages. `standardLibrarySources` holds none of them. */
export async function standardLibraryPackages(interpreter: string): Promise<string[]> {
  const folder = await standardLibrary(interpreter);
  const sources = await Promise.all(
    PACKAGES.map(async (name) => {
      const inside = path.join(folder, name);
      return await sourcesIn(inside, await pythonFilesIn(inside));
    }),
  );
  return sources.flat();
}

async function standardLibrary(interpreter: string): Promise<string> {
  const asked = ['-I', '-B', '-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'];
  const { stdout } = await run(interpreter, asked).catch((error: unknown) => {
    throw new UserError(
      `The interpreter ${interpreter} no longer runs.`,
      [
        ...step`Install it again, or choose another one with ${setting('python')}.`,
        ...step`You can then resume a stopped run.`,
      ],
      1,
      { cause: error },
    );
  });
  return stdout.trim();
}

async function pythonFilesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.py'));
}

/** The texts of these files of a folder, in the order of their names, without very large ones. Rejects for an unreadable file. */
export async function sourcesIn(folder: string, names: readonly string[]): Promise<string[]> {
  const sources: string[] = [];
  for (const name of [...names].sort()) {
    const file = path.join(folder, name);
    const { size } = await stat(file);
    if (size <= MAX_BYTES) sources.push((await readFile(file, 'utf8')).replaceAll('\r\n', '\n'));
  }
  return sources;
}
