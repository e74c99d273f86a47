/** Exit codes of the command line; see the README's table. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * A problem that the user can act on: one sentence saying what is wrong (naming file and line where there is one),
 * and one saying what to do next. Anything else that is thrown is a bug and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly nextStep: string;
  readonly exitCode: 1 | 2;

  constructor(message: string, nextStep: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.nextStep = nextStep;
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
