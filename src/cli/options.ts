import { InvalidArgumentError } from 'commander';
import { BOUNDS, problemWith, type Bounds } from '../protocol/bounds.ts';

/** For commands that run programs. */
export const ALLOW_UNCONTAINED = [
  '--allow-uncontained',
  'run programs even if the sandbox cannot contain them (see `leti doctor`)',
] as const;

/** For commands that look for a workspace's tasks. */
export const HISTORY = ['--history', 'also find tasks in the newest commits of the repository'] as const;
export const COMMITS = [
  '--commits <n>',
  'number of commits that --history looks through',
  wholeNumber({ ...BOUNDS.historyCommits, min: 1 }),
  500,
] as const;

export const RUN_TESTS = [
  '--run-tests',
  "run the workspace's tests once in the sandbox to measure coverage",
] as const;

/** No upper bound. */
const ANY = Number.MAX_SAFE_INTEGER;

/** Reads a whole number within the bounds, for commander's option parser. */
export function wholeNumber({ min, max = ANY }: { min: number; max?: number }): (text: string) => number {
  return parserOf({ min, max }, true);
}

/** Reads a number within the bounds. */
export function numberWithin(bounds: Bounds): (text: string) => number {
  return parserOf(bounds, false);
}

function parserOf(bounds: Bounds, whole: boolean): (text: string) => number {
  return (text) => {
    const problem = problemWith(text, bounds, whole);
    if (problem !== undefined) throw new InvalidArgumentError(problem);
    return Number(text);
  };
}

/** `1–256`, for the help of an option. */
export function range({ min, max }: Bounds): string {
  return `${min}–${max}`;
}

/** Comma-separated whole numbers of at least 1. */
export function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber({ min: 1 }));
}

/** The values of an option that may be repeated. */
export function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
