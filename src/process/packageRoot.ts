import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ version: z.string() });

/** The folder that holds this package's `package.json` and `python/`, whether this code runs from `src/` or from `dist/`. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'python')))
      return folder;
    if (folder === path.dirname(folder))
      throw new Error('the package is incomplete: no folder with python/ was found');
  }
}

/**
 * The whole environment of a process of `leti_runner`: nothing of the user's reaches it. The scanner and the executor share
 * it, so that both see the same installed packages. The hash seed makes sets and dicts reproducible.
 */
export const RUNNER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/bin',
  LANG: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  // Without it, Python does not start on Windows.
  ...(process.env['SYSTEMROOT'] === undefined ? {} : { SYSTEMROOT: process.env['SYSTEMROOT'] }),
};

export function packageVersion(): string {
  const file = path.join(packageRoot(), 'package.json');
  return Manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
