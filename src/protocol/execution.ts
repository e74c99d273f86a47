import { z } from 'zod';
import { Check, DataFile, SourceFile } from './task.ts';

/**
 * What became of a program. `harness_error` is ours, not the program's: LeTI never trains on it.
 * `import_missing`: the program or its checks import a package that the interpreter does not have.
 * `exited_early`: the program ended the process (sys.exit, os._exit) before its checks were done.
 * `tampered`: the program wrote into the channel over which it answers, or changed what judges it.
 */
export const VERDICTS = [
  'passed',
  'failed',
  'error',
  'syntax',
  'import_missing',
  'timeout',
  'memory',
  'output_limit',
  'exited_early',
  'crashed',
  'tampered',
  'harness_error',
] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

export const ExecutionLimits = z.strictObject({
  wallSeconds: z.number().positive(),
  cpuSeconds: z.int().positive(),
  /** Processor time after which a time-out is the program's own, where the limits were raised for a busy machine. */
  fairSeconds: z.number().positive().optional(),
  memoryBytes: z.int().positive(),
  /** Standard output and error together; what goes beyond is counted, not kept. */
  outputBytes: z.int().positive(),
  /** The largest file that the program may write. */
  fileBytes: z.int().positive(),
});
export type ExecutionLimits = z.infer<typeof ExecutionLimits>;

export const DEFAULT_LIMITS: ExecutionLimits = {
  wallSeconds: 5,
  cpuSeconds: 5,
  memoryBytes: 1 << 30,
  outputBytes: 1 << 20,
  fileBytes: 8 << 20,
};

/** Whether checks may be kept apart from the program; `never` where validation found that they need its objects. */
export const Seal = z.enum(['auto', 'never']);
export type Seal = z.infer<typeof Seal>;

/** One program with its checks, as the runner gets it. */
export const ExecutionJob = z.strictObject({
  id: z.int().min(0),
  /** The module under test. A bare program is the module `program` at `program.py`. */
  main: z.strictObject({
    module: z.string().min(1),
    path: z.string().min(1),
    source: z.string(),
    /** The module as checks see it where the program stays in a process of its own: a call stands for the body. */
    stub: z.string().optional(),
  }),
  /** The function that the checks call (dotted for a method). */
  entry: z.string().min(1),
  /** `auto`: the program is kept apart from its checks wherever they allow it. */
  seal: Seal,
  files: z.array(SourceFile),
  /** What only the checks may see. */
  testFiles: z.array(SourceFile),
  /** What the checks open; none can then be kept apart from the program, which has the same folder. */
  dataFiles: z.array(DataFile),
  /** More folders below which files are imported. */
  roots: z.array(z.string()).optional(),
  setup: z.string(),
  checks: z.array(Check).min(1),
  limits: ExecutionLimits,
  /** Counts none of the checks behind one that failed. */
  stopAtFirst: z.boolean().optional(),
});
export type ExecutionJob = z.infer<typeof ExecutionJob>;

/** The tests of one file, to be run on the workspace's code as it is. */
export const TestSuite = z.strictObject({
  path: z.string().min(1),
  /** It and what it may import. */
  files: z.array(SourceFile),
  dataFiles: z.array(DataFile),
  /** Folders in which absolute imports are looked up. */
  roots: z.array(z.string()),
  limits: ExecutionLimits,
});
export type TestSuite = z.infer<typeof TestSuite>;

/** What the tests of a file run: functions by their file and first line, and the indexes of those for each test. */
export const SuiteCoverage = z.object({
  functions: z.array(z.tuple([z.string(), z.int().min(0)])),
  tests: z.record(z.string(), z.array(z.int().min(0))),
});
export type SuiteCoverage = z.infer<typeof SuiteCoverage>;

/** A line of the traceback inside the main module, the checks, or another file of the task; never of the harness or a library. */
export const Frame = z.strictObject({
  /** Path as given in the job (`program.py`, `textkit/words.py`), or `<check>` for a `statements` check, `<setup>`. */
  path: z.string(),
  line: z.int().min(1),
  function: z.string(),
  /** The source line, stripped at both ends. */
  source: z.string(),
  /** Plain data that the function's names stood for, bounded; of the innermost frame only. */
  locals: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
});
export type Frame = z.infer<typeof Frame>;

/** The check that did not pass; its values are bounded reprs without memory addresses. */
export const FailedCheck = z.strictObject({
  /** Zero-based index in the job's checks. */
  index: z.int().min(0),
  /** The check as text: the assert statement that failed, the doctest example, or the test's name. */
  source: z.string(),
  actual: z.string().optional(),
  expected: z.string().optional(),
  /** Where two long values part first. */
  difference: z.string().optional(),
  /** What a verifier found wrong. */
  sentences: z.array(z.string()).optional(),
  /** The last call of the program before the check failed, where the check's text does not show it. */
  call: z.string().optional(),
});
export type FailedCheck = z.infer<typeof FailedCheck>;

/** What the interpreter said, as data; `core` turns it into feedback text. */
export const Diagnostic = z.strictObject({
  /** Exception class (`NameError`, `AssertionError`, ...), without module for builtins; `Timeout` for the line running then. */
  type: z.string(),
  message: z.string(),
  /** Outermost first. For a syntax error: one frame at its line. */
  frames: z.array(Frame),
  /** One-based column of a syntax error. */
  column: z.int().min(1).optional(),
  check: FailedCheck.optional(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

/**
 * How much feedback says. `full`: check, values, lines, progress. `paper`: what LeTI's release gave, a traceback with
 * the test's line and no values, or "process timeout" for all that ended the process (arXiv 2305.10314).
 */
export const FeedbackPreset = z.enum(['full', 'paper']);
export type FeedbackPreset = z.infer<typeof FeedbackPreset>;

export const ExecutionResult = z.strictObject({
  id: z.int().min(0),
  verdict: Verdict,
  checksPassed: z.int().min(0),
  checksTotal: z.int().min(0),
  diagnostic: Diagnostic.optional(),
  /** Hash of the main module's normalised syntax tree; programs that differ in layout or comments share it. */
  astHash: z.string().optional(),
  /** True when the program ran in a process that held no check and no expected value. */
  sealed: z.boolean(),
  /** Of a time-out: the machine was too busy to give the program the processor. */
  starved: z.boolean().optional(),
  /** Wall time inside the child, for people; feedback never holds it. */
  durationMs: z.number().min(0),
  /** Time until its turn came; the pool knows it, not the runner. */
  queueMs: z.number().min(0).optional(),
});
export type ExecutionResult = z.infer<typeof ExecutionResult>;

/** What the sandbox was proved to contain on this machine; see docs/security.md. */
export const Tier = z.enum(['T1', 'T2', 'T3']);
export type Tier = z.infer<typeof Tier>;

/** The default limits with another wall and CPU time. */
export function limitsOf(timeoutSeconds: number): ExecutionLimits {
  return { ...DEFAULT_LIMITS, wallSeconds: timeoutSeconds, cpuSeconds: Math.ceil(timeoutSeconds) };
}
