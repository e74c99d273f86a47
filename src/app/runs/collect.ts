import type { Task } from '../../protocol/task.ts';
import { renderFeedback } from '../../core/text/feedback.ts';
import { assembleProgram, executionJob, type AssembledProgram } from '../../core/text/program.ts';
import { samplingPrompt } from '../../core/learning/prompts.ts';
import { keyOf } from '../../core/random.ts';
import { stopRule, trimCompletion } from '../../core/text/trimming.ts';
import type { Executor } from '../../execution/executor.ts';
import { digest } from '../../process/digest.ts';
import { throwIfAborted } from '../../protocol/errors.ts';
import {
  type ExecutionLimits,
  type ExecutionResult,
  type FeedbackPreset,
  limitsOf,
} from '../../protocol/execution.ts';
import type { Condition, PromptStyle } from '../../protocol/model.ts';
import type { RunObserver, Sample } from '../../protocol/run.ts';
import type { GeneratedText, Sampler, SamplingSettings } from '../../protocol/sampling.ts';
import type { RunStore } from '../../store/runStore.ts';
import type { EarlierTexts } from './earlierTexts.ts';

/** Everything that decides one stage's samples. */
export interface CollectRequest {
  run: string;
  /** Name of the stage that the samples belong to. */
  stage: string;
  tasks: readonly Task[];
  samples: number;
  batchRows: number;
  settings: SamplingSettings;
  model: string;
  condition: Condition;
  style: PromptStyle;
  timeoutSeconds: number;
  feedback: FeedbackPreset;
}

export interface CollectServices {
  store: RunStore;
  executor: Executor;
  /** Texts that need not be written again. */
  earlier?: Pick<EarlierTexts, 'of'>;
  /** Started only if something is left to sample. */
  sampler: () => Promise<Sampler>;
  countTokens: (text: string) => number;
  observe: RunObserver;
  signal: AbortSignal;
}

/**
 * Samples programs for every task and runs them, batch by batch; programs run while others are still being
 * written. Batches that are already stored are not repeated, and texts of an earlier run are only run. Returns all
 * samples of the stage.
 */
export async function collectSamples(request: CollectRequest, services: CollectServices): Promise<Sample[]> {
  const { store, executor, observe, signal } = services;
  const batches = planBatches(request.tasks, request.samples, request.batchRows);
  const stored = store.batches(request.run, request.stage);
  const total = request.tasks.length * request.samples;
  const started = Date.now();
  const counts = { programs: 0, tokens: 0, passed: 0 };
  let done = batches.reduce(
    (sum, batch, index) => sum + (stored.has(index) ? batch.length * request.samples : 0),
    0,
  );
  const report = (): void => {
    observe({
      event: 'progress',
      phase: request.stage,
      done,
      total,
      ...counts,
      seconds: (Date.now() - started) / 1000,
    });
  };
  report();
  const execution = new ProgramRunner(
    executor,
    limitsOf(request.timeoutSeconds),
    (program, result) => renderFeedback(program, result, services.countTokens, request.feedback),
    signal,
  );
  const missing = batches.flatMap((batch, index) => (stored.has(index) ? [] : batch));
  const earlier = new Map(missing.map((task) => [task.id, services.earlier?.of(task)]));
  const kept = missing.filter(({ id }) => earlier.get(id) !== undefined).length * request.samples;
  if (kept > 0) {
    const detail = `an earlier run wrote ${kept} of ${total} programs: they are run again, not written again`;
    observe({ event: 'phase', phase: request.stage, detail });
  }
  for (const [index, batch] of batches.entries()) {
    if (stored.has(index)) continue;
    throwIfAborted(signal);
    const asked = batch.filter((task) => earlier.get(task.id) === undefined);
    const sampler = asked.length === 0 ? undefined : await services.sampler();
    const begun = performance.now();
    const byKey = new Map(asked.map((task) => [keyOf(task.id), task]));
    const running: Promise<Sample>[] = [];
    const broken = new AbortController();
    const run = (task: Task, text: GeneratedText, whenDone: (sample: Sample) => void): void => {
      const sample = execution.run(task, text).then((sample) => {
        done += 1;
        whenDone(sample);
        report();
        return sample;
      });
      // A program that cannot be run ends the sampling too, which may be in the middle of a long step.
      sample.catch(() => {
        broken.abort();
      });
      running.push(sample);
    };
    for (const task of batch) {
      for (const text of earlier.get(task.id) ?? [])
        run(task, { ...text, key: keyOf(task.id) }, () => undefined);
    }
    const items = asked.map((task) => ({
      key: keyOf(task.id),
      prompt: samplingPrompt(task, request.style, request.condition),
      samples: request.samples,
      stop: stopRule(task),
    }));
    let tokens = 0;
    try {
      const either = AbortSignal.any([signal, broken.signal]);
      for await (const text of sampler?.sample({ items, settings: request.settings }, either) ?? []) {
        const task = byKey.get(text.key);
        if (task === undefined) throw new Error(`the sampler answered for an unknown task key ${text.key}`);
        tokens += text.tokens;
        run(task, text, (sample) => {
          counts.programs += 1;
          counts.tokens += sample.tokens;
          counts.passed += sample.verdict === 'passed' ? 1 : 0;
        });
      }
    } catch (error) {
      // The programs under way are awaited so that none outlives the stage.
      const outcomes = await Promise.allSettled(running);
      throw outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? error;
    }
    const seconds = sampler === undefined ? 0 : (performance.now() - begun) / 1000;
    const samples = await Promise.all(running);
    throwIfAborted(signal);
    store.saveBatch(
      request.run,
      request.stage,
      index,
      {
        model: request.model,
        engine: sampler?.engine ?? earlier.get(batch[0]?.id ?? '')?.[0]?.engine ?? '',
        condition: request.condition,
        tier: executor.tier,
        style: request.style,
      },
      samples,
      { tokens, seconds },
    );
  }
  return store.samples(request.run, request.stage);
}

/**
 * Runs trimmed programs, each distinct one once. Distinct by text, not by syntax tree: feedback names lines and quotes
 * them, so that programs which differ in layout or comments have feedback of their own.
 */
export class ProgramRunner {
  readonly #executor: Executor;
  readonly #limits: ExecutionLimits;
  readonly #feedbackOf: (program: AssembledProgram, result: ExecutionResult) => string;
  readonly #signal: AbortSignal;
  readonly #results = new Map<string, Promise<ExecutionResult>>();
  #jobs = 0;

  constructor(
    executor: Executor,
    limits: ExecutionLimits,
    feedbackOf: (program: AssembledProgram, result: ExecutionResult) => string,
    signal: AbortSignal,
  ) {
    this.#executor = executor;
    this.#limits = limits;
    this.#feedbackOf = feedbackOf;
    this.#signal = signal;
  }

  async run(task: Task, text: GeneratedText): Promise<Sample> {
    const completion = trimCompletion(task, text.text);
    const program = assembleProgram(task, completion);
    const name = `${task.id}\n${completion}`;
    let pending = this.#results.get(name);
    if (pending === undefined) {
      pending = this.#executor.execute(executionJob(task, program, this.#jobs++, this.#limits), this.#signal);
      this.#results.set(name, pending);
    }
    const result = await pending;
    return {
      taskId: task.id,
      sample: text.sample,
      decoded: text.text,
      completion,
      verdict: result.verdict,
      errorType: result.verdict === 'passed' ? 'passed' : (result.diagnostic?.type ?? result.verdict),
      feedback: this.#feedbackOf(program, result),
      checksPassed: result.checksPassed,
      checksTotal: result.checksTotal,
      hash: result.astHash ?? hashOf(completion),
      tokens: text.tokens,
      finish: text.finish,
      sealed: result.sealed,
      durationMs: result.durationMs,
      ...(result.queueMs === undefined ? {} : { queueMs: result.queueMs }),
    };
  }
}

/** For programs that do not parse: equal but for white space is equal. */
function hashOf(completion: string): string {
  return digest(completion.replaceAll(/\s+/g, ' '), 32);
}

/**
 * Tasks grouped into batches of at most `rows` programs, `samples` for each task. A function of the task order
 * alone, so that a resumed run finds the same batches.
 */
export function planBatches(tasks: readonly Task[], samples: number, rows: number): Task[][] {
  const perBatch = Math.max(1, Math.floor(rows / samples));
  const batches: Task[][] = [];
  for (let start = 0; start < tasks.length; start += perBatch) {
    batches.push(tasks.slice(start, start + perBatch));
  }
  return batches;
}
