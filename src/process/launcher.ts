import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../protocol/errors.ts';
import { packageRoot, packageVersion } from './packageRoot.ts';
import { writeWhole } from './wholeFile.ts';

/**
 * Writes the command `leti` into a folder and returns its path. The command runs this copy of LeTI with the current Node,
 * which inside VS Code is VS Code's own. Throws a UserError if the folder cannot be written.
 */
export async function writeLauncher(folder: string): Promise<string> {
  const windows = process.platform === 'win32';
  const script = path.join(packageRoot(), 'dist', 'leti.mjs');
  const target = path.join(folder, windows ? 'leti.cmd' : 'leti');
  const text = windows
    ? `@set ELECTRON_RUN_AS_NODE=1\r\n@"${process.execPath}" "${script}" %*\r\n`
    : `#!/bin/sh\n# Written by LeTI ${packageVersion()}; write it again after an update.\nELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(target, text, 0o755);
  } catch (error) {
    throw new UserError(`${target} cannot be written.`, 'Name a folder that you may write to.', 2, {
      cause: error,
    });
  }
  return target;
}

/** The text in single quotes, for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
