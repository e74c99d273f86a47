import type { ExecutionJob, ExecutionLimits } from '../../protocol/execution.ts';
import type { Task } from '../../protocol/task.ts';
import { headerText } from './definitionLines.ts';

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
  const body = bodyLines(completion);
  const source = host.before + body + host.after;
  const firstBodyLine = countLines(host.before);
  const firstShownLine = countLines(task.prefix) + 1;
  const lastBodyLine = firstBodyLine + countLines(body) - 2;
  return {
    text,
    main: { module: host.module, path: host.path, source, ...stubOf(task) },
    lineOf: (line) =>
      line >= firstBodyLine && line <= lastBodyLine ? line - firstBodyLine + firstShownLine : undefined,
  };
}

/**
 * The whole lines of a completed body, as they stand in its module. The prefix ends without the newline that stands
 * before the body there, so the completion brings it.
 */
export function bodyLines(completion: string): string {
  return ensureNewline(completion.replace(/^\n/, ''));
}

/**
 * A program as its feedback counts the lines: a body begins on a line of its own, as it does in its module, but where the
 * prefix ends inside brackets.
 */
export function shownProgram({ prefix, hole }: Pick<Task, 'prefix' | 'hole'>, completion: string): string {
  const begins = hole === 'body' && !completion.startsWith('\n') && !/[([{,]$/.test(prefix) ? '\n' : '';
  return (prefix + begins + completion).trimEnd();
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
    testFiles: task.host?.testFiles ?? [],
    dataFiles: task.host?.dataFiles ?? [],
    entry: task.name,
    seal: task.sealable === false ? 'never' : 'auto',
    setup: task.setup,
    checks: task.checks,
    limits,
  };
}

/** What the runner's judge puts in place of the body; it forwards the arguments to the program's process. */
const STUB_CALL = '__leti_call__';

/** The host module with a stub for the body; none for methods and coroutines, whose values cannot cross. */
function stubOf(task: Task): { stub?: string } {
  const host = task.host;
  if (host === undefined || task.name.includes('.')) return {};
  if (/^\s*async\s/.test(headerText(task) ?? '')) return {};
  const margin = /^[ \t]*\n?([ \t]+)/.exec(task.reference ?? '')?.[1] ?? ' '.repeat(task.indent);
  return { stub: `${host.before}${margin}return ${STUB_CALL}()\n${host.after}` };
}

function countLines(text: string): number {
  return text.split('\n').length;
}

function ensureNewline(text: string): string {
  return text.endsWith('\n') ? text : text + '\n';
}
