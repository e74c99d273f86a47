import { DEFAULT_LIMITS, type ExecutionLimits } from '../protocol/execution.ts';

/** The default limits with another wall and CPU time. */
export function limitsOf(timeoutSeconds: number): ExecutionLimits {
  return { ...DEFAULT_LIMITS, wallSeconds: timeoutSeconds, cpuSeconds: Math.ceil(timeoutSeconds) };
}
