import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { decide, type GateDecision } from '../core/gate.ts';
import { mixExamples } from '../core/mix.ts';
import { chooseObjective } from '../core/objectives/choose.ts';
import { OBJECTIVES } from '../core/objectives/index.ts';
import type { ScoredSample } from '../core/objectives/objective.ts';
import { withVerdictForm } from '../core/prompts.ts';
import { keyOf } from '../core/random.ts';
import type { Condition } from '../protocol/model.ts';
import {
  Evaluation,
  GateRecord,
  TrainingRecord,
  type RunConfig,
  type Sample,
  type SamplingRecord,
  type Side,
} from '../protocol/run.ts';
import type { Sampler, SamplingSettings } from '../protocol/sampling.ts';
import type { Task } from '../protocol/task.ts';
import type { RunStore } from '../store/runStore.ts';
import { collectSamples, throwIfAborted } from './collect.ts';
import type { LoadedModel } from './models.ts';
import type { Workbench } from './workbench.ts';
import { evaluateStage, stageOutcomes } from './report.ts';
import type { RunTextsServices } from './runTexts.ts';
import { mutantSamples } from './mutantSamples.ts';
import { stages } from './stages.ts';
import { UsedCompletions } from './usedCompletions.ts';
import { useSamples } from './useSamples.ts';

/** What one run works on; everything else is rebuilt from the store. */
export interface RunInput {
  id: string;
  config: RunConfig;
  train: readonly Task[];
  heldOut: readonly Task[];
}

/** A model with the condition under which it is asked. */
interface Candidate {
  model: LoadedModel;
  condition: Condition;
  /** Round whose held-out evaluation belongs to it; 0 is the base model. */
  round: number;
}

/**
 * The loop of the paper as a walk over stages: evaluate, then in each round sample, execute, train, evaluate and
 * decide. A finished stage is read from the store instead of being done again, which is all that resuming needs.
 */
export async function runRounds(input: RunInput, store: RunStore, bench: Workbench): Promise<void> {
  const rounds = new Rounds(input, store, bench);
  await rounds.walk();
}

class Rounds {
  readonly #input: RunInput;
  readonly #store: RunStore;
  readonly #bench: Workbench;

  constructor(input: RunInput, store: RunStore, bench: Workbench) {
    this.#input = input;
    this.#store = store;
    this.#bench = bench;
  }

  async walk(): Promise<void> {
    const { config } = this.#input;
    const base = await this.#bench.resolveModel(config.model);
    let newest: Candidate = { model: base, condition: base.record.condition, round: 0 };
    let incumbent = newest;
    let lastTrained = newest;
    await this.#evaluateHeldOut(newest);
    for (let round = 1; round <= config.rounds; round++) {
      const samples = await this.#sampleRound(round, newest);
      const training = await this.#stage(stages.train(round), TrainingRecord, () =>
        this.#train(round, newest, config.trainFrom === 'first' ? base : newest.model, samples),
      );
      this.#bench.observe({ event: 'training', round, training });
      if (training.examples === 0) continue;
      const trained: Candidate = {
        model: await this.#bench.storedModel(training.model),
        condition: OBJECTIVES[training.objective ?? chooseObjective(config.objective, training)].condition,
        round,
      };
      lastTrained = trained;
      await this.#evaluateHeldOut(trained);
      const decision = await this.#gate(round, incumbent, trained);
      if (decision === 'promote') incumbent = trained;
      // Refused weights are not built upon: the next round starts from those that passed last.
      newest = decision === 'refuse' ? incumbent : trained;
      await this.#bench.dropCheckpoints(this.#roundFolder(round));
    }
    // Of refused weights too: a report says what training did.
    if (config.measureTrain) await this.#evaluateTrain(lastTrained);
  }

  /** Does a stage once; afterwards its stored result stands. */
  async #stage<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    const stored = this.#store.stage(this.#input.id, name, schema);
    if (stored !== undefined) return stored;
    throwIfAborted(this.#bench.signal);
    const result = await work();
    throwIfAborted(this.#bench.signal);
    this.#store.finishStage(this.#input.id, name, result);
    return result;
  }

  async #evaluateHeldOut(candidate: Candidate): Promise<void> {
    const { config, heldOut } = this.#input;
    if (heldOut.length === 0) return;
    const name = stages.evaluate(candidate.round, 'held-out');
    const evaluation = await this.#stage(name, Evaluation, async () => {
      // Measured on the weights that completions would use: the exported int8 model in Node.
      await this.#collect(name, heldOut, config.heldOutSamples, candidate, () =>
        this.#bench.completionSampler(candidate.model, this.#input.train),
      );
      return this.#evaluation(name, candidate.round, 'held-out', candidate, heldOut);
    });
    this.#bench.observe({ event: 'evaluation', evaluation });
  }

  async #sampleRound(round: number, candidate: Candidate): Promise<Sample[]> {
    const name = stages.sample(round);
    const samples = await this.#collect(name, this.#input.train, this.#input.config.samples, candidate, () =>
      this.#bench.roundSampler(candidate.model, this.#input.train),
    );
    // What the round samples is also how well its model does on the training tasks before the round's training.
    await this.#trainEvaluation(name, candidate);
    return samples;
  }

  async #evaluateTrain(candidate: Candidate): Promise<void> {
    const name = stages.evaluate(candidate.round, 'train');
    const samplesOf = `${name}/samples`;
    if (this.#store.stage(this.#input.id, name, Evaluation) === undefined) {
      await this.#collect(samplesOf, this.#input.train, this.#input.config.samples, candidate, () =>
        this.#bench.roundSampler(candidate.model, this.#input.train),
      );
    }
    await this.#trainEvaluation(samplesOf, candidate);
  }

  async #trainEvaluation(samplesOf: string, candidate: Candidate): Promise<void> {
    const { round } = candidate;
    const evaluation = await this.#stage(stages.evaluate(round, 'train'), Evaluation, () =>
      Promise.resolve(this.#evaluation(samplesOf, round, 'train', candidate, this.#input.train)),
    );
    this.#bench.observe({ event: 'evaluation', evaluation });
  }

  async #collect(
    stage: string,
    tasks: readonly Task[],
    samples: number,
    candidate: Candidate,
    start: () => Promise<Sampler>,
  ): Promise<Sample[]> {
    const { config } = this.#input;
    const settings: SamplingSettings = {
      temperature: config.temperature,
      topP: config.topP,
      topK: config.topK,
      maxTokens: config.maxTokens,
      seed: config.seed,
      // Each stage draws numbers of its own.
      round: keyOf(stage),
    };
    let sampler: Promise<Sampler> | undefined;
    try {
      return await collectSamples(
        {
          run: this.#input.id,
          stage,
          tasks,
          samples,
          batchRows: config.batchRows,
          settings,
          model: candidate.model.hash,
          condition: candidate.condition,
          style: candidate.model.style,
          timeoutSeconds: config.timeoutSeconds,
          feedback: config.feedback,
        },
        {
          store: this.#store,
          executor: await this.#bench.executor(),
          sampler: () => (sampler ??= start()),
          countTokens: candidate.model.countTokens,
          observe: this.#bench.observe,
          signal: this.#bench.signal,
        },
      );
    } finally {
      await (await sampler?.catch(() => undefined))?.close();
    }
  }

  #evaluation(
    stage: string,
    round: number,
    side: Side,
    candidate: Candidate,
    tasks: readonly Task[],
  ): Evaluation {
    return evaluateStage(this.#store, this.#input.id, stage, {
      round,
      side,
      model: candidate.model.hash,
      taskIds: tasks.map((task) => task.id),
      seed: this.#input.config.seed,
    });
  }

  /** What was shown as completions of the training tasks' functions, where it is recorded; run once, in the first round. */
  async #used(round: number, from: Candidate): Promise<Sample[]> {
    if (round > 1) return [];
    const { config, train } = this.#input;
    const records = new UsedCompletions(this.#bench.files).list();
    const model = [...new Set(records.map((record) => record.model))].join(', ');
    if (records.length === 0) return this.#stored(stages.use(round));
    return await this.#given(stages.use(round), { model, engine: 'completions' }, from, (services) =>
      useSamples({ ...config, tasks: train, records }, services),
    );
  }

  /** Changed references of the training tasks, run once in a run. */
  async #mutants(from: Candidate): Promise<Sample[]> {
    const { config, train } = this.#input;
    const { path: interpreter } = await this.#bench.interpreter();
    return await this.#given(stages.mutants, { model: 'none', engine: 'mutants' }, from, (services) =>
      mutantSamples(train, interpreter, config, services),
    );
  }

  /** Programs that were not sampled in this run and that it may learn from; they are run once and stored. */
  async #given(
    stage: string,
    written: Pick<SamplingRecord, 'model' | 'engine'>,
    { model }: Candidate,
    run: (services: RunTextsServices) => Promise<Sample[]>,
  ): Promise<Sample[]> {
    const { id } = this.#input;
    if (this.#store.batches(id, stage).size === 0) {
      const executor = await this.#bench.executor();
      const { countTokens } = model;
      const samples = await run({ executor, countTokens, signal: this.#bench.signal });
      throwIfAborted(this.#bench.signal);
      const record = { ...written, condition: 'none', tier: executor.tier } as const;
      if (samples.length > 0) this.#store.saveBatch(id, stage, 0, record, samples);
    }
    return this.#stored(stage);
  }

  #stored(stage: string): Sample[] {
    return this.#store.samples(this.#input.id, stage).filter((sample) => this.#isUsable(sample));
  }

  /** `from` wrote the samples; `start` is what is trained on them. */
  async #train(
    round: number,
    from: Candidate,
    start: LoadedModel,
    sampled: readonly Sample[],
  ): Promise<TrainingRecord> {
    const { config, train } = this.#input;
    const known = new Set(sampled.map(programOf));
    const used = (await this.#used(round, from)).filter((sample) => !known.has(programOf(sample)));
    const shown = used.map((sample) => scored(sample, stages.use(round)));
    const usable = [
      ...sampled.filter((sample) => this.#isUsable(sample)).map((sample) => scored(sample, round)),
      ...shown,
    ];
    const passes = usable.filter((sample) => sample.passed).length;
    const name = chooseObjective(config.objective, { passes });
    const objective = OBJECTIVES[name];
    const nothing: TrainingRecord = {
      model: from.model.hash,
      objective: name,
      examples: 0,
      passes,
      failures: usable.length - passes,
      mixed: 0,
      used: 0,
      steps: 0,
      tokens: 0,
      seconds: 0,
      finalLoss: 0,
      method: 'none',
      precision: 'none',
    };
    if (passes === 0 && !objective.trainsWithoutPasses) {
      this.#bench.observe({
        event: 'notice',
        message: `No program passed in round ${round}; the objective ${name} has nothing to learn from. Try more samples, easier tasks or a stronger model.`,
      });
      return nothing;
    }
    if (passes === 0) {
      this.#bench.observe({
        event: 'notice',
        message: `No program passed in round ${round}; the objective ${name} learns from what else it has.`,
      });
    }
    const sources = await this.#bench.pretrainingSources();
    const style = withVerdictForm(from.model.style, config.verdict);
    const examples = objective.examples({
      tasks: new Map(train.map((task) => [task.id, task])),
      samples: usable,
      replay: this.#replay(round),
      mutants:
        objective.needsMutants === true
          ? (await this.#mutants(from)).map((sample) => scored(sample, stages.mutants))
          : [],
      pretraining: sources,
      style,
      lossOn: config.lossOn,
      seed: config.seed,
    });
    if (examples.length === 0) {
      this.#bench.observe({ event: 'notice', message: `Round ${round} has no training texts.` });
      return nothing;
    }
    const mixed = mixExamples(sources, examples.length, config.mix, config.seed);
    const folder = this.#roundFolder(round);
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'examples.jsonl');
    await writeFile(file, [...examples, ...mixed].map((example) => JSON.stringify(example) + '\n').join(''));
    let tokens = 0;
    let seconds = 0;
    const result = await this.#bench.train(
      { model: start, examples: file, folder, settings: config.training },
      {
        source: `trained from ${start.hash} by run ${this.#input.id}, round ${round}`,
        objective: name,
        condition: objective.condition,
        markers: style.markers,
        run: this.#input.id,
        round,
      },
      (step) => {
        this.#store.saveStep(this.#input.id, { ...step, round });
        tokens += step.tokens;
        seconds += step.seconds;
        this.#bench.observe({
          event: 'progress',
          phase: stages.train(round),
          done: step.step,
          total: step.steps,
          loss: step.loss,
          tokens,
          seconds,
        });
      },
    );
    return {
      ...nothing,
      ...result,
      examples: examples.length,
      used: examples.filter(({ id }) => shown.some((sample) => sample.id === id)).length,
      mixed: mixed.length,
    };
  }

  /** Our own failures are nothing to learn from, nor are verdicts that might be forged where the user says so. */
  #isUsable(sample: Sample): boolean {
    return sample.verdict !== 'harness_error' && (sample.sealed || !this.#input.config.sealedOnly);
  }

  /** Passing samples of the rounds before; the paper has no replay buffer, small rounds need one. */
  #replay(round: number): ScoredSample[] {
    const passes: ScoredSample[] = [];
    for (let earlier = round - 1; earlier >= 1; earlier--) {
      for (const [stage, name] of [
        [stages.sample(earlier), earlier],
        [stages.use(earlier), stages.use(earlier)],
      ] as const) {
        for (const sample of this.#store.samples(this.#input.id, stage)) {
          if (sample.verdict === 'passed' && this.#isUsable(sample)) passes.push(scored(sample, name));
        }
      }
    }
    return passes;
  }

  async #gate(round: number, incumbent: Candidate, trained: Candidate): Promise<GateDecision['decision']> {
    const { id, config, heldOut } = this.#input;
    const taskIds = heldOut.map((task) => task.id);
    const outcomes = (candidate: Candidate) =>
      stageOutcomes(this.#store, id, stages.evaluate(candidate.round, 'held-out'), taskIds);
    const record = await this.#stage(stages.gate(round), GateRecord, async () => {
      const decided = decide(outcomes(incumbent), outcomes(trained), config.seed);
      if (decided.decision === 'promote') await this.#bench.promote(trained.model, decided.reason);
      return {
        round,
        decision: decided.decision,
        reason: decided.reason,
        ...(decided.difference === undefined ? {} : { difference: decided.difference }),
        model: trained.model.hash,
      };
    });
    this.#bench.observe({ event: 'gate', gate: record });
    return record.decision;
  }

  #roundFolder(round: number): string {
    return path.join(this.#bench.files.run(this.#input.id), `round-${round}`);
  }
}

/** Programs that are equal are one program of their task. */
function programOf({ taskId, hash }: Sample): string {
  return `${taskId}\n${hash}`;
}

/** `from`: the round that sampled it, or the stage in which it was run. */
function scored(sample: Sample, from: number | string): ScoredSample {
  return {
    id: `${sample.taskId}#${from}.${sample.sample}`,
    taskId: sample.taskId,
    completion: sample.completion,
    passed: sample.verdict === 'passed',
    feedback: sample.feedback,
    hash: sample.hash,
  };
}
