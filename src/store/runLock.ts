import { ExclusiveLock } from '../process/exclusiveLock.ts';
import { action, step, UserError } from '../protocol/errors.ts';

/** Locks a workspace for one run, by its lock file. Throws a UserError when another run holds the lock. */
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
