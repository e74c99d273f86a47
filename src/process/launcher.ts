import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../protocol/errors.ts';
import { packageRoot, packageVersion } from './packageRoot.ts';
import { writeWhole } from './wholeFile.ts';

/** A line of every launcher, by which a later one knows that it may replace it. */
const OWN_LINE = 'Written by LeTI';

/**
 * Writes the command `leti` into a folder and returns its path. The command runs this copy of LeTI with the current Node,
 * which inside VS Code is VS Code's own. Throws a UserError if the folder is not a full path or cannot be written, or if it
 * holds a `leti` of someone else.
 */
export async function writeLauncher(folder: string): Promise<string> {
  if (!path.isAbsolute(folder))
    throw new UserError(
      `The folder ${folder} is not a full path.`,
      'Name a full path, such as ~/.local/bin.',
      2,
    );
  const windows = process.platform === 'win32';
  const script = path.join(packageRoot(), 'dist', 'leti.mjs');
  const target = path.join(folder, windows ? 'leti.cmd' : 'leti');
  const text = windows
    ? `@rem ${OWN_LINE} ${packageVersion()}\r\n@set ELECTRON_RUN_AS_NODE=1\r\n@"${escaped(process.execPath)}" "${escaped(script)}" %*\r\n`
    : `#!/bin/sh\n# ${OWN_LINE} ${packageVersion()}; write it again after an update.\nELECTRON_RUN_AS_NODE=1 exec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
  const present = await readFile(target, 'utf8').catch((error: unknown) => {
    const missing = ['ENOENT', 'ENOTDIR'];
    return error instanceof Error && 'code' in error && missing.includes(String(error.code)) ? undefined : '';
  });
  if (present !== undefined && !present.includes(OWN_LINE)) {
    throw new UserError(
      `${target} exists and is not from LeTI.`,
      'Remove the file, or name another folder.',
      2,
    );
  }
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

/** The text as a batch file keeps it: a percent sign begins a variable there. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}

/** The text in single quotes, for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
