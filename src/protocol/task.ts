import { z } from 'zod';

/** A Python source file that a task's checks or program import, by its path inside the workspace (forward slashes). */
export const SourceFile = z.strictObject({ path: z.string().min(1), source: z.string() });
export type SourceFile = z.infer<typeof SourceFile>;

/** A file that a task's checks open, by its path inside the workspace. */
export const DataFile = z.strictObject({ path: z.string().min(1), base64: z.string() });
export type DataFile = z.infer<typeof DataFile>;

/**
 * One thing that a program must get right. They run in a task's order, but that the shortest goes first where each
 * stands alone (lone asserts, inputs, verifiers).
 */
export const Check = z.discriminatedUnion('kind', [
  /** Statements run in the program's namespace: an MBPP assert, or HumanEval's test followed by its call. */
  z.strictObject({ kind: z.literal('statements'), source: z.string().min(1) }),
  /**
   * A test function (`test_x`) or method (`TestX.test_y`) of one of the task's files, by its dotted module.
   * `runner` says what it needs: nothing, unittest, or the workspace's own pytest (fixtures, parametrised cases).
   */
  z.strictObject({
    kind: z.literal('test'),
    module: z.string().min(1),
    path: z.string().min(1),
    name: z.string().min(1),
    runner: z.enum(['plain', 'unittest', 'pytest']),
  }),
  /** The doctest of a function, method or class (dotted inside its module) of the program; of the module if the name is empty. */
  z.strictObject({
    kind: z.literal('doctest'),
    name: z.string(),
    /** Option flags of doctest by their names, such as `ELLIPSIS`. */
    flags: z.array(z.string()).optional(),
  }),
  /** What the task's function prints when it is called without arguments and reads `stdin`. */
  z.strictObject({ kind: z.literal('io'), stdin: z.string(), stdout: z.string() }),
  /**
   * A trusted judgement instead of an expected value: `source` defines `verify(value)`, which gets what the expression
   * `call` of the task's function gives, as plain data, and returns sentences about what is wrong; none is a pass.
   */
  z.strictObject({ kind: z.literal('verifier'), call: z.string().min(1), source: z.string().min(1) }),
]);
export type Check = z.infer<typeof Check>;

/**
 * Where a workspace task's body belongs: the module under test is `before + body + after`.
 * `before` ends right where the body's text begins (after the header's or the docstring's newline).
 */
export const TaskHost = z
  .strictObject({
    module: z.string().min(1),
    path: z.string().min(1),
    before: z.string(),
    after: z.string(),
    /** One-based line of the function's `def` in its file, which `before` holds. Tasks stored by older versions have none. */
    line: z.int().min(1).optional(),
    /** Every other file that the program may import. Never holds the original body. */
    files: z.array(SourceFile),
    /** More folders below which the files are imported, besides the workspace itself and folders like `src` and `tests`. */
    roots: z.array(z.string()).optional(),
    /** What only the checks import: it may hold what they expect, so programs kept apart from them never get it. */
    testFiles: z.array(SourceFile).optional(),
    /** What the checks open; they then run beside the program, in a folder that holds these. */
    dataFiles: z.array(DataFile).optional(),
  })
  .refine(({ before, line }) => line === undefined || line <= before.split('\n').length, {
    path: ['line'],
    message: 'expected a line that "before" holds',
  });
export type TaskHost = z.infer<typeof TaskHost>;

export const TaskSource = z.enum(['mbpp', 'humaneval', 'tests', 'doctests', 'history', 'file']);
export type TaskSource = z.infer<typeof TaskSource>;

/** Where a task can be made from again: a function as a commit left it. `hash` is that of its normalised body. */
export const TaskOrigin = z.strictObject({
  kind: z.literal('history'),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/, 'expected the full hash of a commit'),
  path: z.string().min(1),
  name: z.string().min(1),
  hash: z.string().min(1),
});
export type TaskOrigin = z.infer<typeof TaskOrigin>;

/** An instruction, or a hole in code, with checks. */
export const Task = z.strictObject({
  /** Unique within a task set: `mbpp/601`, `HumanEval/0`, `textkit/words.py:count_words`. */
  id: z.string().min(1),
  source: TaskSource,
  /** The function that the program is to define; a method has its class in front (`Stack.push`). */
  name: z.string().min(1),
  /** What is asked for, in words. */
  instruction: z.string(),
  /**
   * The code that the program starts with and that the model continues. Never ends in white space that a
   * tokenizer would merge with what follows.
   */
  prefix: z.string(),
  /**
   * What the model writes after the prefix. It decides where the program ends. `function`: the rest of a function from
   * inside its header. `body`: the body of a function whose header is complete. The prefix may end inside brackets of
   * the body's first statement.
   */
  hole: z.enum(['function', 'body']),
  /** Columns by which the statements of the hole's body are indented (1 or more for `body`). */
  indent: z.int().min(0),
  /** Code run after the program and before the checks (MBPP's test_setup_code). */
  setup: z.string(),
  checks: z.array(Check).min(1),
  /** A completion of `prefix` that is known to pass. Used by the objective `sft` and to validate, never shown when sampling. */
  reference: z.string().optional(),
  /** Tasks of one family (near duplicates, one template) stay on one side of a split. */
  family: z.string().min(1),
  host: TaskHost.optional(),
  origin: TaskOrigin.optional(),
  /**
   * When the function was last changed, in seconds since 1970, as git knows it. Without one, where others of its set have one,
   * it is not committed yet and so newer than they are.
   */
  changedAt: z.int().optional(),
  /** False when the checks need the program's own objects and so run in its process. */
  sealable: z.boolean().optional(),
  /** Why its checks would let wrong programs pass; missing where they would not, or where nobody looked. */
  weak: z.string().min(1).optional(),
});
export type Task = z.infer<typeof Task>;

/** A task that could not be used, and why; kept on record so that nothing disappears silently. */
export const DroppedTask = z.strictObject({
  id: z.string(),
  path: z.string(),
  line: z.int().min(1),
  reason: z.string(),
});
export type DroppedTask = z.infer<typeof DroppedTask>;
