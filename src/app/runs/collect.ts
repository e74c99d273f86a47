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
import type { EarlierText, EarlierTexts } from './earlierTexts.ts';

/** Everything that decides one stage's samples. */
export interface CollectRequest {
  run: string;
  /** Name of the stage that the samples belong to. */
  stage: string;
  tasks: readonly Task[];
  samples: number;
  /** Number of each task's first sample, a multiple of `samples`: those before it were collected earlier. */
  first?: number;
  batchRows: number;
  settings: SamplingSettings;
  model: string;
  condition: Condition;
  style: PromptStyle;
  timeoutSeconds: number;
  feedback: FeedbackPreset;
  /** Gives the sampler all batches in one request; a server's slots are then never without work. */
  allAtOnce?: boolean;
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

/** Batches in one request to the sampler: a request of thousands of prompts is a very long line. */
const BATCHES_PER_REQUEST = 16;

/**
 * Samples programs for every task and runs them; programs run while others are still being written. Batches that are already stored are not repeated, and texts of an earlier run are only run. Returns all
 * samples of the stage.
 */
export async function collectSamples(request: CollectRequest, services: CollectServices): Promise<Sample[]> {
  const { store, executor, observe, signal } = services;
  const planned = planBatches(request.tasks, request.samples, request.batchRows);
  // Batches of samples that were collected earlier come first.
  const offset = (planned.length * (request.first ?? 0)) / request.samples;
  const storedBatches = store.batches(request.run, request.stage);
  const batches = planned.map((tasks, index) => ({ tasks, index: index + offset }));
  const open = batches.filter(({ index }) => !storedBatches.has(index));
  const total = request.tasks.length * request.samples;
  const started = Date.now();
  const counts = { programs: 0, tokens: 0, passed: 0 };
  const missing = open.flatMap(({ tasks }) => tasks);
  let done = total - missing.length * request.samples;
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
  const earlier = new Map(missing.map((task) => [task.id, services.earlier?.of(task)]));
  const kept = missing.filter(({ id }) => earlier.get(id) !== undefined).length * request.samples;
  if (kept > 0) {
    const detail = `an earlier run wrote ${kept} of ${total} programs: they are run again, not written again`;
    observe({ event: 'phase', phase: request.stage, detail });
  }
  const atOnce = request.allAtOnce === true ? open.length : BATCHES_PER_REQUEST;
  for (let first = 0; first < open.length; first += atOnce) {
    throwIfAborted(signal);
    const some = open.slice(first, first + atOnce);
    await new BatchesAtOnce(request, services, execution, some, earlier).collect((sample, isNew) => {
      done += 1;
      if (isNew) {
        counts.programs += 1;
        counts.tokens += sample.tokens;
        counts.passed += sample.verdict === 'passed' ? 1 : 0;
      }
      report();
    });
  }
  return store.samples(request.run, request.stage);
}

/** A batch whose programs are being written and run. */
interface OpenBatch {
  index: number;
  tasks: readonly Task[];
  /** Programs whose text is still missing. */
  left: number;
  tokens: number;
  running: Promise<Sample>[];
}

/**
 * Batches of one request to the sampler, which fills free rows with the next batch's prompts. Each batch is stored as soon as
 * its last program has run.
 */
class BatchesAtOnce {
  readonly #request: CollectRequest;
  readonly #services: CollectServices;
  readonly #execution: ProgramRunner;
  readonly #earlier: ReadonlyMap<string, EarlierText[] | undefined>;
  readonly #batches: OpenBatch[];
  readonly #saves: Promise<void>[] = [];
  /** Aborts when a program cannot be run or stored: the sampler may be in the middle of a long step. */
  readonly #broken = new AbortController();
  #sampler: Sampler | undefined;
  #mark = performance.now();

  constructor(
    request: CollectRequest,
    services: CollectServices,
    execution: ProgramRunner,
    batches: readonly { index: number; tasks: readonly Task[] }[],
    earlier: ReadonlyMap<string, EarlierText[] | undefined>,
  ) {
    this.#request = request;
    this.#services = services;
    this.#execution = execution;
    this.#earlier = earlier;
    this.#batches = batches.map(({ index, tasks }) => ({
      ...{ index, tasks, left: tasks.length * request.samples, tokens: 0, running: [] },
    }));
  }

  /** `onSample` hears of each sample, and whether its text was written now. */
  async collect(onSample: (sample: Sample, isNew: boolean) => void): Promise<void> {
    const request = this.#request;
    const places = this.#batches.flatMap((batch) => batch.tasks.map((task) => ({ batch, task })));
    const asked = places.filter(({ task }) => this.#earlier.get(task.id) === undefined);
    const byKey = new Map(asked.map((place) => [keyOf(place.task.id), place]));
    try {
      if (asked.length > 0) this.#sampler = await this.#services.sampler();
      this.#mark = performance.now();
      for (const { batch, task } of places) {
        for (const text of this.#earlier.get(task.id) ?? []) {
          this.#run(batch, task, { ...text, key: keyOf(task.id) }, (sample) => {
            onSample(sample, false);
          });
        }
      }
      const items = asked.map(({ task }) => ({
        key: keyOf(task.id),
        prompt: samplingPrompt(task, request.style, request.condition),
        samples: request.samples,
        stop: stopRule(task),
      }));
      const either = AbortSignal.any([this.#services.signal, this.#broken.signal]);
      const batch = { items, rows: request.batchRows, settings: request.settings };
      for await (const text of this.#sampler?.sample(batch, either) ?? []) {
        const place = byKey.get(text.key);
        if (place === undefined) throw new Error(`the sampler answered for an unknown task key ${text.key}`);
        place.batch.tokens += text.tokens;
        this.#run(place.batch, place.task, text, (sample) => {
          onSample(sample, true);
        });
      }
      await Promise.all(this.#saves);
    } catch (error) {
      // The programs under way are awaited so that none outlives the stage.
      const running = this.#batches.flatMap((batch) => batch.running);
      const outcomes = await Promise.allSettled([...running, ...this.#saves]);
      throw outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? error;
    }
  }

  #run(batch: OpenBatch, task: Task, text: GeneratedText, onSample: (sample: Sample) => void): void {
    const numbered = { ...text, sample: text.sample + (this.#request.first ?? 0) };
    const sample = this.#execution.run(task, numbered).then((sample) => {
      onSample(sample);
      return sample;
    });
    batch.running.push(this.#watched(sample));
    batch.left -= 1;
    if (batch.left === 0) this.#saves.push(this.#watched(this.#save(batch)));
  }

  /** Waits until a batch's programs have run, and stores them. The time since the batch before is its time of writing. */
  async #save(batch: OpenBatch): Promise<void> {
    const { run, stage, model, condition, style } = this.#request;
    const { executor, signal, store } = this.#services;
    const seconds = batch.tokens === 0 ? 0 : (performance.now() - this.#mark) / 1000;
    this.#mark = performance.now();
    const samples = await Promise.all(batch.running);
    throwIfAborted(signal);
    const engine = this.#sampler?.engine ?? this.#earlier.get(batch.tasks[0]?.id ?? '')?.[0]?.engine ?? '';
    const record = { model, engine, condition, tier: executor.tier, style };
    store.saveBatch(run, stage, batch.index, record, samples, { tokens: batch.tokens, seconds });
  }

  #watched<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {
      this.#broken.abort();
    });
    return work;
  }
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
