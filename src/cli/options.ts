import { InvalidArgumentError } from 'commander';

/** For commands that run programs. */
export const ALLOW_UNCONTAINED = [
  '--allow-uncontained',
  'run programs even where the sandbox cannot contain them (`leti doctor` says)',
] as const;

/** For commands that look for a workspace's tasks. */
export const HISTORY = ['--history', "tasks of the repository's newest commits too"] as const;
export const COMMITS = [
  '--commits <n>',
  'how many commits `--history` looks through',
  wholeNumber(1),
  500,
] as const;

export const RUN_TESTS = [
  '--run-tests',
  "run the workspace's own tests once, in the sandbox, to see what they cover",
] as const;

/** A whole number of at least `min`, for commander's option parser. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min) {
      throw new InvalidArgumentError(`expected a whole number of at least ${min}`);
    }
    return value;
  };
}

/** A number in [min, max]. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`expected a number from ${min} to ${max}`);
    }
    return value;
  };
}

/** Comma-separated whole numbers of at least 1. */
export function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

/** The values of an option that may be repeated. */
export function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
