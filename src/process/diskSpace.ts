import { mkdir, statfs } from 'node:fs/promises';
import { action, step, UserError } from '../protocol/errors.ts';

/** Throws a UserError when the folder's disk has less than `bytes` free; makes the folder if it is missing. */
export async function requireFreeSpace(folder: string, bytes: number, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes) {
    throw new UserError(
      `${what} needs ${(bytes / 1e9).toFixed(1)} GB in ${folder}, and ${((bavail * bsize) / 1e9).toFixed(1)} GB are free.`,
      [
        ...step`Free some space, or set LETI_HOME to a folder on another disk.`,
        ...step`${action('showDisk')} to see what LeTI stores.`,
      ],
    );
  }
}
