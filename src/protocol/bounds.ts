import { z } from 'zod';

/** Least and greatest value, both allowed. */
export interface Bounds {
  min: number;
  max: number;
}

/**
 * The bounds of every number that a person may set. The schemas, the options of the command line, the input boxes of the
 * editor and the settings in package.json all follow this table; a test compares package.json with it.
 */
export const BOUNDS = {
  rounds: { min: 1, max: 50 },
  /** Per training task and round. */
  samples: { min: 1, max: 256 },
  /** Per held-out task. */
  heldOutSamples: { min: 1, max: 256 },
  /** Per task of `leti evaluate`, which trains nothing. */
  evaluatedSamples: { min: 1, max: 10_000 },
  /** For a whole run. */
  minutes: { min: 1, max: 10_080 },
  historyCommits: { min: 0, max: 100_000 },
  temperature: { min: 0, max: 2 },
  /** Of one program. */
  maxTokens: { min: 1, max: 8192 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
  timeoutSeconds: { min: 0.01, max: 600 },
  learningRate: { min: 1e-8, max: 1 },
  epochs: { min: 1, max: 1000 },
  /** Training texts per step. */
  batchSize: { min: 1, max: 4096 },
} as const satisfies Record<string, Bounds>;

/** A whole number within the bounds. */
export function wholeWithin({ min, max }: Bounds): z.ZodInt {
  return z.int().min(min).max(max);
}

/** A number within the bounds. */
export function within({ min, max }: Bounds): z.ZodNumber {
  return z.number().min(min).max(max);
}

/** What is wrong with a typed text, in words; undefined for a number within the bounds. */
export function problemWith(text: string, { min, max }: Bounds, whole: boolean): string | undefined {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) {
    return undefined;
  }
  const kind = whole ? 'a whole number' : 'a number';
  return max === Number.MAX_SAFE_INTEGER
    ? `expected ${kind} of at least ${min}`
    : `expected ${kind} from ${min} to ${max}`;
}
