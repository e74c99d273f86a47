import { assembleProgram, executionJob } from '../core/program.ts';
import { DEFAULT_LIMITS, type ExecutionJob, type ExecutionResult } from '../protocol/execution.ts';
import type { Task } from '../protocol/task.ts';

/** What validation needs of the executor. */
export interface ProgramRunner {
  execute(job: ExecutionJob, signal?: AbortSignal): Promise<ExecutionResult>;
}

/** Tasks that are validated at the same time; the executor's own pool decides how many programs run at once. */
const AT_ONCE = 16;

/** A task and why it cannot be used; no reason when it can. */
export interface Validated {
  task: Task;
  reason: string | undefined;
}

/** Programs run for a task, each under a number of its own. */
const RUNS = 5;

/**
 * Runs the checks of each task on its reference, twice, which has to pass, and on an empty body, which has to fail, as
 * has the earlier body where a task has one. The result keeps the order of the tasks. Throws InterruptedError when cancelled (from the executor).
 */
export async function validateTasks(
  tasks: readonly Task[],
  executor: ProgramRunner,
  options: {
    signal?: AbortSignal;
    onProgress?: (done: number, total: number) => void;
    /** Bodies that the references replaced, by the ids of their tasks. */
    earlier?: ReadonlyMap<string, string | undefined>;
  } = {},
): Promise<Validated[]> {
  const results: Validated[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index];
      if (task === undefined) return;
      const earlier = options.earlier?.get(task.id);
      results[index] = await validated(task, earlier, executor, index * RUNS, options.signal);
      options.onProgress?.(++done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, tasks.length) }, worker));
  return results;
}

async function validated(
  task: Task,
  earlier: string | undefined,
  executor: ProgramRunner,
  id: number,
  signal: AbortSignal | undefined,
): Promise<Validated> {
  const { reference } = task;
  if (reference === undefined) {
    return { task, reason: 'it has no reference body to validate its checks with' };
  }
  const run = async (of: Task, completion: string, offset: number): Promise<ExecutionResult> =>
    await executor.execute(
      executionJob(of, assembleProgram(of, completion), id + offset, DEFAULT_LIMITS),
      signal,
    );
  let chosen = task;
  let first = await run(chosen, reference, 0);
  if (first.verdict !== 'passed' && first.sealed) {
    // Checks that need the program's own objects fail apart from it and pass beside it.
    chosen = { ...task, sealable: false };
    first = await run(chosen, reference, 1);
  }
  const reason = await problemOf(chosen, reference, earlier, first, async (completion, offset) =>
    run(chosen, completion, offset),
  );
  return { task: chosen, reason };
}

async function problemOf(
  task: Task,
  reference: string,
  earlier: string | undefined,
  first: ExecutionResult,
  run: (completion: string, offset: number) => Promise<ExecutionResult>,
): Promise<string | undefined> {
  if (first.verdict !== 'passed') return `its checks fail today: ${account(first)}`;
  const second = await run(reference, 2);
  if (second.verdict !== 'passed') return `its checks are flaky, the second run failed: ${account(second)}`;
  const margin = /^\s*\n([ \t]*)/.exec(reference)?.[1] ?? ' '.repeat(task.indent);
  const stub = await run(`\n${margin}pass`, 3);
  if (stub.verdict === 'passed') return 'its checks pass on an empty body too';
  if (stub.verdict === 'harness_error') return `its checks cannot be run: ${account(stub)}`;
  if (earlier !== undefined && (await run(`\n${earlier}`, 4)).verdict === 'passed') {
    return 'its checks pass on the body before the commit too';
  }
  return undefined;
}

/** One line saying how a run ended. */
function account(result: ExecutionResult): string {
  const { diagnostic } = result;
  if (diagnostic === undefined) return result.verdict;
  const message = diagnostic.message.trim().split('\n')[0] ?? '';
  const error = message === '' ? diagnostic.type : `${diagnostic.type}: ${message}`;
  const check = diagnostic.check?.source.trim().split('\n')[0];
  return check === undefined ? error : `${error} (in ${check})`;
}
