import type { ExecutionJob, ExecutionLimits } from '../protocol/execution.ts';
import type { Task } from '../protocol/task.ts';

/** A program as people and the model see it, and as the runner executes it. */
export interface AssembledProgram {
  /** `prefix + completion`. */
  text: string;
  main: ExecutionJob['main'];
  /** Turns a line of the executed module into a line of `text`; undefined where the module's line is not in `text`. */
  lineOf: (moduleLine: number) => number | undefined;
}

/** Puts a trimmed completion into its task: behind the prefix, and into the hole of the task's host module if it has one. */
export function assembleProgram(task: Task, completion: string): AssembledProgram {
  const text = task.prefix + completion;
  const host = task.host;
  if (host === undefined) {
    const lines = countLines(text);
    return {
      text,
      main: { module: 'program', path: 'program.py', source: text },
      lineOf: (line) => (line <= lines ? line : undefined),
    };
  }
  // The prefix ends without the newline that stands before the body in the module, so the completion brings it.
  const body = completion.replace(/^\n/, '');
  const source = host.before + ensureNewline(body) + host.after;
  const firstBodyLine = countLines(host.before);
  const firstShownLine = countLines(task.prefix) + 1;
  const lastBodyLine = firstBodyLine + countLines(body) - 1;
  return {
    text,
    main: { module: host.module, path: host.path, source },
    lineOf: (line) =>
      line >= firstBodyLine && line <= lastBodyLine ? line - firstBodyLine + firstShownLine : undefined,
  };
}

/** The job that runs a completion with all of its task's checks. `id` is the caller's. */
export function executionJob(
  task: Task,
  program: AssembledProgram,
  id: number,
  limits: ExecutionLimits,
): ExecutionJob {
  return {
    id,
    main: program.main,
    files: task.host?.files ?? [],
    setup: task.setup,
    checks: task.checks,
    limits,
  };
}

function countLines(text: string): number {
  return text.split('\n').length;
}

function ensureNewline(text: string): string {
  return text.endsWith('\n') ? text : text + '\n';
}
