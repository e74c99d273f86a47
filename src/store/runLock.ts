import { ExclusiveLock } from '../process/exclusiveLock.ts';
import { action, step, UserError } from '../protocol/errors.ts';

/** Holds a workspace for one run. Throws a UserError when another process holds it. */
export function lockWorkspace(file: string): ExclusiveLock {
  const lock = ExclusiveLock.tryTake(file);
  if (lock === undefined) {
    throw new UserError(
      'Another LeTI run is running in this workspace.',
      step`Wait until it ends, or ${action('stopRun')}. Then start again.`,
    );
  }
  return lock;
}

/** Whether a run is going on in the workspace of this lock file. */
export function isHeld(file: string): boolean {
  const lock = ExclusiveLock.tryTake(file);
  lock?.release();
  return lock === undefined;
}
