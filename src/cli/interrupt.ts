import { EXIT_CODES } from '../protocol/errors.ts';

/** Time that orderly stopping may take before the process ends anyway. */
const PATIENCE_MS = 1500;

/**
 * Aborted on Ctrl-C or a termination request. The first one asks everything to stop and kills the children; a second
 * one, or a second and a half, ends the process at once (its children notice and end too).
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort();
    setTimeout(() => process.exit(EXIT_CODES.interrupted), PATIENCE_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}
