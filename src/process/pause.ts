import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../protocol/errors.ts';

/** Waits. Throws InterruptedError once `signal` is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
