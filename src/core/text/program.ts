import type { ExecutionJob, ExecutionLimits } from '../../protocol/execution.ts';
import type { Task } from '../../protocol/task.ts';
import { headerText } from './definitionLines.ts';

/** A program in the form that people and the model see, and in the form that the runner executes. */
export interface AssembledProgram {
  /** `prefix + completion`. */
  text: string;
  main: ExecutionJob['main'];
  /** The line of `text` for a line of the executed module, both one-based. Undefined for a line that `text` does not hold. */
  lineOf: (moduleLine: number) => number | undefined;
}

/** Puts a trimmed completion behind its task's prefix, and into the hole of the task's host module if there is one. */
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
 * The whole lines of a completed body, as its module holds them. The prefix ends without the newline before the body, so the
 * completion begins with it.
 */
export function bodyLines(completion: string): string {
  return ensureNewline(completion.replace(/^\n/, ''));
}

/**
 * A program with the lines that its feedback counts: the body begins on its own line, as it does in its module. If the
 * prefix ends inside brackets, it does not.
 */
export function shownProgram({ prefix, hole }: Pick<Task, 'prefix' | 'hole'>, completion: string): string {
  const begins = hole === 'body' && !completion.startsWith('\n') && !/[([{,]$/.test(prefix) ? '\n' : '';
  return (prefix + begins + completion).trimEnd();
}

/** The job that runs a completion with all of its task's checks. The caller chooses `id`. */
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
    ...(task.host?.roots === undefined ? {} : { roots: task.host.roots }),
    entry: task.name,
    seal: task.sealable === false ? 'never' : 'auto',
    setup: task.setup,
    checks: task.checks,
    limits,
  };
}

/** The name under which the runner's judge (leti_runner/judge/judge.py) forwards a call to the program's process. */
const STUB_CALL = '__leti_call__';

/** The host module with a stub for the body. None for methods and coroutines: their values cannot cross processes. */
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
