import os from 'node:os';
import { assembleProgram, executionJob } from '../core/text/program.ts';
import { keyOf, shuffled } from '../core/random.ts';
import { DEFAULT_LIMITS, type ExecutionJob, type ExecutionResult } from '../protocol/execution.ts';
import type { Task } from '../protocol/task.ts';
import { weakness, type WrongBodies } from './weakness.ts';

/** The part of the executor that validation uses. */
export interface ProgramRunner {
  execute(job: ExecutionJob, signal?: AbortSignal): Promise<ExecutionResult>;
}

/** Runs a completion of a task. */
export type RunOf = (
  task: Task,
  completion: string,
  parts?: Partial<ExecutionJob>,
) => Promise<ExecutionResult>;

export interface ValidateOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Wrong bodies by the task's id. Without them, a task's checks are not tested for weakness. */
  wrongBodies?: ReadonlyMap<string, WrongBodies>;
  /** Hears of each task's result, in the order in which they come. */
  onValidated?: (index: number, outcome: Validated) => void;
  /** The bodies that the reference bodies replaced, by the task's id. */
  earlier?: ReadonlyMap<string, string | undefined>;
}

/** Tasks that are validated at the same time. The executor decides how many programs run at once. */
const AT_ONCE = 2 * os.availableParallelism();
/** The reference has to pass this many times. */
const PASSES = 3;
/** Validation leaves out at most this many checks that fail today. */
const MOST_LEFT_OUT = 12;

/** A validated task. `reason` says why it cannot be used; a usable task has none. */
export interface Validated {
  task: Task;
  reason: string | undefined;
  /** The next validation may have another result: the program ran out of time, for example. */
  uncertain?: boolean;
}

/**
 * Runs the checks of each task on several bodies. The reference has to pass three times, with the checks in different
 * orders. An empty body and the earlier body, if there is one, have to fail. Wrong bodies show whether the checks are weak.
 * Checks that fail today are left out. The result keeps the order of the tasks. Throws InterruptedError when cancelled
 * (from the executor).
 */
export async function validateTasks(
  tasks: readonly Task[],
  executor: ProgramRunner,
  options: ValidateOptions = {},
): Promise<Validated[]> {
  const results: Validated[] = [];
  let jobs = 0;
  const run: RunOf = async (task, completion, parts = {}) =>
    await executor.execute(
      { ...executionJob(task, assembleProgram(task, completion), jobs++, DEFAULT_LIMITS), ...parts },
      options.signal,
    );
  const left = tasks.entries();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const [index, task] of left) {
      const outcome = await validated(
        task,
        run,
        options.wrongBodies?.get(task.id),
        options.earlier?.get(task.id),
      );
      results[index] = outcome;
      options.onValidated?.(index, outcome);
      options.onProgress?.(++done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, tasks.length) }, worker));
  return results;
}

async function validated(
  task: Task,
  run: RunOf,
  wrong: WrongBodies | undefined,
  earlier: string | undefined,
): Promise<Validated> {
  const { reference } = task;
  if (reference === undefined) {
    return { task, reason: 'it has no reference body to validate its checks with' };
  }
  const fitted = await fittedTask(task, reference, run);
  if (fitted.reason !== undefined) return fitted;
  const { task: found } = fitted;
  const problem = await problemOf(found, reference, earlier, run);
  if (problem !== undefined) return { task: found, ...problem };
  if (wrong === undefined) return { task: found, reason: undefined };
  const weak = await weakness(wrong, fitted.durationMs, async (body, limits) =>
    run(found, `\n${body}`, { stopAtFirst: true, limits }),
  );
  return { task: weak === undefined ? found : { ...found, weak }, reason: undefined };
}

/** The task in the strictest form in which its reference passes. Checks that fail today are left out if others pass. */
async function fittedTask(
  task: Task,
  reference: string,
  run: RunOf,
): Promise<Validated & { durationMs: number }> {
  const forms = formsOf(task);
  let failing: ExecutionResult | undefined;
  for (const form of forms) {
    // Checks that failed in the program's own process can only gain from a form with data files.
    if (failing?.sealed === false && form.host?.dataFiles === undefined) continue;
    const result = await run(form, reference);
    if (result.verdict === 'passed') return { task: form, reason: undefined, durationMs: result.durationMs };
    failing = result;
  }
  const first = failing;
  let form = forms.at(-1) ?? task;
  for (let leftOut = 1; leftOut <= MOST_LEFT_OUT && failing !== undefined; leftOut++) {
    const index = failing.diagnostic?.check?.index;
    if (index === undefined || form.checks.length === 1) break;
    form = { ...form, checks: form.checks.filter((_, at) => at !== index) };
    failing = await run(form, reference);
    if (failing.verdict !== 'passed') continue;
    const [strictest] = formsOf({ ...task, checks: form.checks });
    const strict = strictest === undefined ? failing : await run(strictest, reference);
    const chosen = strict.verdict === 'passed' && strictest !== undefined ? strictest : form;
    return { task: chosen, reason: undefined, durationMs: failing.durationMs };
  }
  const reason = first === undefined ? 'it cannot be run' : whyFailing(first);
  return { task: form, reason, uncertain: isUncertain(first), durationMs: 0 };
}

/** Why checks do not pass on today's code. A test that is skipped does not fail. */
function whyFailing(result: ExecutionResult): string {
  const { diagnostic, verdict } = result;
  const skipped = diagnostic?.type === 'Skipped' || diagnostic?.type === 'SkipTest';
  if (skipped) return `its tests are skipped today: ${diagnostic.message.trim().split('\n')[0] ?? ''}`;
  if (verdict === 'harness_error') return `its checks cannot be run: ${resultLine(result)}`;
  return `its checks fail today: ${resultLine(result)}`;
}

/** The forms of a task, the strictest first: sealed, with its checks in the program's process, and with data files. */
function formsOf(task: Task): Task[] {
  const without = withoutData(task);
  // Checks that need the program's own objects only pass in its process.
  const forms = task.sealable === false ? [without] : [without, { ...without, sealable: false }];
  return task.host?.dataFiles === undefined ? forms : [...forms, { ...task, sealable: false }];
}

export function withoutData(task: Task): Task {
  if (task.host?.dataFiles === undefined) return task;
  const host = { ...task.host };
  delete host.dataFiles;
  return { ...task, host };
}

/** Whether another run of the program might end in another way. */
function isUncertain(result: ExecutionResult | undefined): boolean {
  return result === undefined || ['timeout', 'memory', 'harness_error', 'crashed'].includes(result.verdict);
}

/** Why a task whose reference passed once still cannot be used; undefined for a usable task. */
async function problemOf(
  task: Task,
  reference: string,
  earlier: string | undefined,
  run: RunOf,
): Promise<Omit<Validated, 'task'> | undefined> {
  for (let pass = 2; pass <= PASSES; pass++) {
    const checks = shuffled(task.checks, keyOf(task.id), pass);
    const again = await run(task, reference, { checks });
    if (again.verdict !== 'passed') {
      const reason = `its checks are flaky or depend on their order: run ${pass} of ${PASSES} failed: ${resultLine(again)}`;
      return { reason, uncertain: true };
    }
  }
  const margin = /^\s*\n([ \t]*)/.exec(reference)?.[1] ?? ' '.repeat(task.indent);
  const stub = await run(task, `\n${margin}pass`, { stopAtFirst: true });
  if (stub.verdict === 'passed') return { reason: 'its checks pass on an empty body too' };
  if (stub.verdict === 'harness_error') {
    return { reason: `its checks cannot be run: ${resultLine(stub)}`, uncertain: true };
  }
  if (earlier !== undefined) {
    const before = await run(task, `\n${earlier}`, { stopAtFirst: true });
    if (before.verdict === 'passed') return { reason: 'its checks pass on the body before the commit too' };
  }
  return undefined;
}

/** One line that says how a program ended. */
function resultLine(result: ExecutionResult): string {
  const { diagnostic } = result;
  if (diagnostic === undefined) return result.verdict;
  const message = diagnostic.message.trim().split('\n')[0] ?? '';
  const error = message === '' ? diagnostic.type : `${diagnostic.type}: ${message}`;
  const check = diagnostic.check?.source.trim().split('\n')[0];
  return check === undefined ? error : `${error} (in ${check})`;
}
