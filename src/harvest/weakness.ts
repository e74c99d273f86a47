import { DEFAULT_LIMITS, type ExecutionLimits, type ExecutionResult } from '../protocol/execution.ts';

/** Bodies that are almost certainly wrong. Each is the text of whole lines. */
export interface WrongBodies {
  /** Bodies that only return a value. */
  constants: string[];
  /** The function's own body with one small change. Some may have the same meaning as the body. */
  mutants: string[];
}

/** With fewer changed bodies, the share that passes says nothing. */
const LEAST_MUTANTS = 2;
/** A changed body may loop for ever. Its time limit is this many times the right body's time, at least a second. */
const PATIENCE = 4;

/**
 * Why a function's checks are weak, or undefined if they are not. Checks are weak if they pass on a body that only returns a
 * value. They are also weak if they pass on more than half of the small changes. Half may pass, because a change can keep the meaning.
 * `durationMs` is the time that the right body took, in milliseconds.
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
    // The remaining bodies can no longer make the checks weak.
    if (passed + length - tried <= allowed) return undefined;
    const { verdict } = await run(body, limits);
    if (verdict === 'passed') passed += 1;
    if (passed > allowed) return `its checks pass on ${passed} of ${tried + 1} small changes of its body`;
  }
  return undefined;
}
