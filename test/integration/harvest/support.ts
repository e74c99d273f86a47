import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../../src/process/runCommand.ts';

const BASE = process.env['LETI_TRAINER_PYTHON'] ?? 'python3';

/** A folder with the given files. */
export async function makeWorkspace(files: Record<string, string | Uint8Array>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'leti-workspace-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  return root;
}

/** A fresh virtual environment without packages, or with pytest alone, borrowed from the tests' own tools. */
export async function makeInterpreter(folder: string, withPytest: boolean): Promise<string> {
  const made = await runCommand(BASE, ['-m', 'venv', '--without-pip', folder]);
  if (made.code !== 0) throw new Error(`no virtual environment: ${made.stderr}`);
  const python = path.join(folder, 'bin', 'python');
  if (withPytest) {
    const found = await ask(
      BASE,
      'import os, pytest; print(os.path.dirname(os.path.dirname(pytest.__file__)))',
    );
    const packages = await ask(python, 'import sysconfig; print(sysconfig.get_path("purelib"))');
    await writeFile(path.join(packages, 'tools.pth'), found + '\n');
  }
  return python;
}

/** Names, sizes, times and contents of everything below a folder. */
export async function treeHash(root: string): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(root, { recursive: true })).sort();
  for (const name of names) {
    const info = await stat(path.join(root, name));
    hash.update(`${name}\0${info.size}\0${info.mtimeMs}\0`);
    if (info.isFile()) hash.update(await readFile(path.join(root, name)));
  }
  return hash.digest('hex');
}

async function ask(python: string, code: string): Promise<string> {
  const { code: exit, stdout, stderr } = await runCommand(python, ['-c', code]);
  if (exit !== 0)
    throw new Error(`${python} (the tests run through npm test, which brings pytest): ${stderr}`);
  return stdout.trim();
}
