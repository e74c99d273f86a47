import { z } from 'zod';

/** Exit codes of the command line; see the README's table. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A setting of a person that both front ends have: an option of the command line, `leti.<name>` in the editor. */
export const SettingName = z.enum(['python', 'trainerPython', 'allowUncontained', 'model']);
export type SettingName = z.infer<typeof SettingName>;

/** Something that a person can do in both front ends. Each words it in the imperative: "run `leti doctor`". */
export const ActionName = z.enum([
  'doctor',
  'showDisk',
  'listModels',
  'promote',
  'rollBack',
  'listRuns',
  'openRun',
  'findTasks',
  'setUp',
  'stopRun',
  'restartServer',
]);
export type ActionName = z.infer<typeof ActionName>;

/** Something that only the command line offers; the editor leaves its sentence out. */
export const FlagName = z.enum(['--tasks', '--out', '--method lora', '--endpoint']);
export type FlagName = z.infer<typeof FlagName>;

/** A part of a sentence: plain text, or something that each front end has a name of its own for. */
export const StepPart = z.union([
  z.string(),
  z.strictObject({ setting: SettingName }),
  z.strictObject({ action: ActionName, argument: z.string().optional() }),
  z.strictObject({ flag: FlagName }),
]);
export type StepPart = z.infer<typeof StepPart>;

/** What to do next: sentences, each a list of parts. Plain text names no option and no command. */
export const NextStep = z.array(z.array(StepPart).min(1)).min(1);
export type NextStep = z.infer<typeof NextStep>;

/** One sentence of a next step: step`Choose another interpreter with ${setting('python')}.` */
export function step(texts: TemplateStringsArray, ...parts: StepPart[]): NextStep {
  return [texts.flatMap((text, index) => [text, parts[index] ?? '']).filter((part) => part !== '')];
}

export function setting(name: SettingName): StepPart {
  return { setting: name };
}

/** `argument` is the id of a run for `openRun`. */
export function action(name: ActionName, argument?: string): StepPart {
  return { action: name, ...(argument === undefined ? {} : { argument }) };
}

export function flag(name: FlagName): StepPart {
  return { flag: name };
}

/**
 * A problem that the user can act on: one sentence saying what is wrong (naming file and line where there is one),
 * and what to do next. Anything else that is thrown is a bug and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly nextStep: NextStep;
  readonly exitCode: 1 | 2;

  /** `nextStep` is plain text where both front ends say the same. */
  constructor(message: string, nextStep: string | NextStep, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.nextStep = typeof nextStep === 'string' ? [[nextStep]] : nextStep;
    this.exitCode = exitCode;
  }
}

/** Thrown when work stops because the user cancelled it; never shown as a failure. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('interrupted');
  }
}

/** Throws InterruptedError if the user has cancelled the work. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}
