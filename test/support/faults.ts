import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './environment.ts';
import { LetiProcess } from './tinyRun.ts';

/** Values of errno(3) on Linux. */
export const ERRNO = { EACCES: 13, EMFILE: 24, ENOSPC: 28, EROFS: 30 } as const;
export type Errno = keyof typeof ERRNO;

/** Which changes of LeTI's data folder fail: from the first to the last, counted from 1. */
export interface Fault {
  first: number;
  last: number;
  errno: Errno;
}

/** What a command did. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Number of changes of the data folder that the command made or tried. */
  changes: number;
}

/** Builds the library that makes changes fail (faults.c), with the C compiler of the system. Returns its path. */
export function buildFaults(folder: string): string {
  const library = path.join(folder, 'faults.so');
  const source = path.join(root, 'test/support/faults.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, source, '-ldl']);
  return library;
}

/** Runs `leti` on a data folder in which some changes fail; children of the process are not affected. */
export async function runWithFault(
  library: string,
  args: readonly string[],
  home: string,
  fault?: Fault,
): Promise<Outcome> {
  const counted = `${home}.changes`;
  rmSync(counted, { force: true });
  const process = new LetiProcess(args, home, undefined, true, {
    env: {
      LD_PRELOAD: library,
      FAULT_ROOT: home,
      FAULT_AT: String(fault?.first ?? 0),
      FAULT_UNTIL: String(fault?.last ?? 0),
      FAULT_ERRNO: String(ERRNO[fault?.errno ?? 'ENOSPC']),
      FAULT_COUNT: counted,
    },
  });
  const { code } = await process.ended;
  const { stdout, stderr } = process;
  const changes = existsSync(counted) ? Number(readFileSync(counted, 'utf8')) : 0;
  return { code, stdout, stderr, changes };
}
