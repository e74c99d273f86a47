import { DEFAULT_LIMITS, type SuiteCoverage, type TestSuite } from '../protocol/execution.ts';
import type { Scan } from './scan.ts';

/** Which functions each test file's tests run, by the test file's path. */
export type Coverage = Record<string, SuiteCoverage>;

/** The part of the executor that traces tests. */
export interface SuiteRunner {
  trace(suite: TestSuite, signal?: AbortSignal): Promise<SuiteCoverage | undefined>;
}

/** Time limit for all tests of one file. Files that need longer have no coverage. */
const SUITE_SECONDS = 60;
const LIMITS = { ...DEFAULT_LIMITS, wallSeconds: SUITE_SECONDS, cpuSeconds: SUITE_SECONDS };
const AT_ONCE = 4;

/** The scan's test files, each with the files that it may import and open. */
export function suitesOf(scan: Scan): TestSuite[] {
  return scan.suites.map(({ path, files, data_files, roots }) => ({
    path,
    files: files.map((file) => ({ path: file, source: scan.sources[file] ?? '' })),
    dataFiles: data_files.map((file) => ({ path: file, base64: scan.data[file] ?? '' })),
    roots,
    limits: LIMITS,
  }));
}

/** Runs the tests of each file once, in the sandbox. The result has no files whose tests do not end. */
export async function coverageOf(
  suites: readonly TestSuite[],
  runner: SuiteRunner,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<Coverage> {
  const found: Coverage = {};
  const left = suites.values();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const suite of left) {
      const coverage = await runner.trace(suite, options.signal);
      if (coverage !== undefined) found[suite.path] = coverage;
      options.onProgress?.(++done, suites.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, suites.length) }, worker));
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
