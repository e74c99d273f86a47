import { DEFAULT_LIMITS, type ExecutionLimits, type ExecutionResult } from '../protocol/execution.ts';

/** Bodies that are wrong, or as good as surely so; each is the text of whole lines. */
export interface WrongBodies {
  /** They give a value without work. */
  constants: string[];
  /** The function's own body with one small change. Some may mean the same as the body. */
  mutants: string[];
}

/** With fewer changed bodies their share says nothing. */
const LEAST_MUTANTS = 2;
/** A changed body may loop for ever; it has this many times what the right one took, and never less than a second. */
const PATIENCE = 4;

/**
 * Why a function's checks are weak: a body that gives a constant passes them, or more than half of the small changes of
 * the right body do. Half may pass because a change can mean the same. Undefined where the checks are not weak.
 */
export async function weakness(
  wrong: WrongBodies,
  durationMs: number,
  run: (body: string, limits: ExecutionLimits) => Promise<ExecutionResult>,
): Promise<string | undefined> {
  const seconds = Math.min(DEFAULT_LIMITS.wallSeconds, Math.max(1, (PATIENCE * durationMs) / 1000));
  const limits = { ...DEFAULT_LIMITS, wallSeconds: seconds };
  for (const body of wrong.constants) {
    const { verdict } = await run(body, limits);
    if (verdict === 'passed')
      return `its checks pass on a body that is only \`${body.trim().split('\n')[0] ?? ''}\``;
  }
  const { length } = wrong.mutants;
  if (length < LEAST_MUTANTS) return undefined;
  const allowed = Math.floor(length / 2);
  let passed = 0;
  for (const [tried, body] of wrong.mutants.entries()) {
    // What is left cannot make them weak any more.
    if (passed + length - tried <= allowed) return undefined;
    const { verdict } = await run(body, limits);
    if (verdict === 'passed') passed += 1;
    if (passed > allowed) return `its checks pass on ${passed} of ${tried + 1} small changes of its body`;
  }
  return undefined;
}
