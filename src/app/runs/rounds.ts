import { z } from 'zod';
import { decide, GATE_FAMILIES, pairsOf, type GateDecision } from '../../core/evaluation/gate.ts';
import { FEWEST_SAMPLES, samplesForRound } from '../../core/learning/budget.ts';
import { keyOf } from '../../core/random.ts';
import type { Condition } from '../../protocol/model.ts';
import { Evaluation, GateRecord, TrainingRecord, type Sample, type Side } from '../../protocol/run.ts';
import type { Sampler, SamplingSettings } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import { throwIfAborted, UserError } from '../../protocol/errors.ts';
import { taskSegments } from '../../core/learning/prompts.ts';
import { knownSpeeds, measuredSpeeds } from '../tasks/speeds.ts';
import { collectSamples } from './collect.ts';
import { EarlierTexts } from './earlierTexts.ts';
import type { LoadedModel } from '../models/prepare.ts';
import { evaluateStage, stageOutcomes } from './report.ts';
import type { RunWork } from './runWork.ts';
import { stages } from './stages.ts';
import { roundFolder, trainRound } from './trainRound.ts';

/** What a round of a run with a time limit does; no programs where it is left out. */
const RoundAmount = z.strictObject({ samples: z.int().min(0) });

/** Whether the gate takes another look. */
const AnotherLook = z.strictObject({ may: z.boolean() });

/** A model with the condition under which it is asked. */
interface Candidate {
  model: LoadedModel;
  condition: Condition;
  /** Round whose held-out evaluation belongs to it; 0 is the base model. */
  round: number;
}

/** How programs of a stage are asked for. */
interface Collected {
  /** Per task. */
  samples: number;
  candidate: Candidate;
  /** Number of each task's first sample; 0 if missing. */
  first?: number;
  /** Names the random numbers; the stage's name if missing. */
  draws?: string;
  /** Programs per batch. */
  rows: number;
  atEndpoint?: boolean;
}

/**
 * Throws a UserError, before anything is sampled, where no task leaves room for a program in a training text: the run would
 * end with nothing to train on.
 */
function requireShortTasks({ train, config }: RunWork, { style, countTokens }: LoadedModel): void {
  const { maxTokens } = config.training;
  const lengths = train.map((task) =>
    countTokens(
      taskSegments(task, style)
        .map(({ text }) => text)
        .join(''),
    ),
  );
  if (lengths.some((tokens) => tokens < maxTokens)) return;
  const shortest = Math.min(...lengths);
  throw new UserError(
    `All training tasks are too long: LeTI trains on texts of ${maxTokens} tokens, and the shortest task has ${shortest}.`,
    'Choose functions with shorter instructions and headers.',
  );
}

/**
 * The loop of the paper as a walk over stages: evaluate, then in each round sample, execute, train, evaluate and
 * decide. A finished stage is read from the store instead of being done again, which is all that resuming needs.
 */
export async function runRounds(work: RunWork): Promise<void> {
  await new Rounds(work).walk();
}

class Rounds {
  readonly #work: RunWork;

  constructor(work: RunWork) {
    this.#work = work;
  }

  async walk(): Promise<void> {
    const { config, heldOut, workbench } = this.#work;
    const base = await workbench.resolveModel(config.model);
    requireShortTasks(this.#work, base);
    const writer = (candidate: Candidate): Candidate =>
      config.endpoint?.weights === 'none' ? first : candidate;
    const first: Candidate = { model: base, condition: base.record.condition, round: 0 };
    let newest = first;
    let incumbent = newest;
    let lastTrained = newest;
    await this.#evaluateHeldOut(newest);
    for (let round = 1; round <= config.rounds; round++) {
      const samples = await this.#samplesOf(round);
      if (samples === undefined) break;
      const sampled = await this.#sampleRound(round, writer(newest), samples);
      const from = newest.model;
      const training = await this.#stage(stages.train(round), TrainingRecord, () =>
        trainRound(this.#work, { round, from, sampled }),
      );
      workbench.observe({ event: 'training', round, training });
      if (training.examples === 0) continue;
      const model = await workbench.storedModel(training.model);
      const trained: Candidate = { model, condition: model.record.condition, round };
      lastTrained = trained;
      await this.#evaluateHeldOut(trained);
      const decision = await this.#gate(round, incumbent, trained);
      if (decision === 'promote') incumbent = trained;
      // Refused weights are not built upon: the next round starts from those that passed last.
      newest = decision === 'refuse' ? incumbent : trained;
      await workbench.dropCheckpoints(roundFolder(this.#work, round));
    }
    // Of refused weights too: a report says what training did.
    if (config.measureTrain || heldOut.length === 0) await this.#evaluateTrain(lastTrained);
  }

  /** Does a stage once; afterwards its stored result stands. */
  async #stage<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    const { id, store, workbench } = this.#work;
    const stored = store.stage(id, name, schema);
    if (stored !== undefined) return stored;
    throwIfAborted(workbench.signal);
    const result = await work();
    throwIfAborted(workbench.signal);
    store.finishStage(id, name, result);
    return result;
  }

  async #evaluateHeldOut(candidate: Candidate): Promise<void> {
    const { heldOut, workbench } = this.#work;
    if (heldOut.length === 0) return;
    const evaluation = await this.#stage(
      stages.evaluate(candidate.round, 'held-out'),
      Evaluation,
      async () => await this.#measureHeldOut(candidate, 1),
    );
    workbench.observe({ event: 'evaluation', evaluation });
  }

  /**
   * Adds a look's samples of the held-out tasks to those of the looks before, and evaluates all of them. Every model draws the
   * same random numbers. Measured on the weights that completions would use: the exported model in Node.
   */
  async #measureHeldOut(candidate: Candidate, look: number): Promise<Evaluation> {
    const { config, heldOut, train, workbench } = this.#work;
    const stage = stages.evaluate(candidate.round, 'held-out');
    const { heldOutSamples: samples, batchRows: rows } = config;
    const first = (look - 1) * samples;
    const draws = `${stages.evaluate(0, 'held-out')}${look === 1 ? '' : `/${look}`}`;
    await this.#collect(stage, heldOut, { samples, first, draws, candidate, rows }, () =>
      workbench.completionSampler(candidate.model, train),
    );
    return this.#evaluation(stage, candidate.round, 'held-out', candidate, heldOut);
  }

  /** Programs per training task in a round. Undefined where the run's minutes no longer hold one. */
  async #samplesOf(round: number): Promise<number | undefined> {
    const { id, config, heldOut, secondsSpent, store, train, workbench } = this.#work;
    if (config.minutes === undefined) return config.samples;
    const limit = config.minutes * 60;
    const { samples } = await this.#stage(stages.amount(round), RoundAmount, async () => {
      const { speeds } = await knownSpeeds(config, workbench);
      const left = { seconds: limit - secondsSpent(), rounds: config.rounds - round + 1 };
      const counts = { train: train.length, heldOut: heldOut.length };
      const fitting = samplesForRound(left, config, counts, { ...speeds, ...measuredSpeeds(store, id) });
      // What was measured before the first round is worth a round.
      return { samples: fitting ?? (round === 1 ? FEWEST_SAMPLES : 0) };
    });
    if (samples > 0) return samples;
    const message = `The time is over after ${round - 1} of ${config.rounds} rounds.`;
    workbench.observe({ event: 'notice', message });
    return undefined;
  }

  async #sampleRound(round: number, candidate: Candidate, wanted: number): Promise<Sample[]> {
    const name = stages.sample(round);
    const samples = await this.#collectTrain(name, candidate, wanted);
    // What the round samples is also how well its model does on the training tasks before the round's training.
    await this.#trainEvaluation(name, candidate);
    return samples;
  }

  async #evaluateTrain(candidate: Candidate): Promise<void> {
    const name = stages.evaluate(candidate.round, 'train');
    const samplesOf = `${name}/samples`;
    const { id, store } = this.#work;
    if (store.stage(id, name, Evaluation) === undefined)
      await this.#collectTrain(samplesOf, candidate, this.#work.config.samples);
    await this.#trainEvaluation(samplesOf, candidate);
  }

  async #collectTrain(stage: string, candidate: Candidate, samples: number): Promise<Sample[]> {
    const { config, train, workbench } = this.#work;
    const { batchRows: rows, endpoint } = config;
    // An endpoint that takes no new weights has those of the first model.
    if (endpoint === undefined || (endpoint.weights === 'none' && candidate.round > 0)) {
      return await this.#collect(stage, train, { samples, candidate, rows }, () =>
        workbench.roundSampler(candidate.model, train),
      );
    }
    // One task per batch: what is lost with a batch is what one request wrote.
    return await this.#collect(stage, train, { samples, candidate, rows: samples, atEndpoint: true }, () =>
      workbench.endpointSampler(candidate.model),
    );
  }

  async #trainEvaluation(samplesOf: string, candidate: Candidate): Promise<void> {
    const { round } = candidate;
    const evaluation = await this.#stage(stages.evaluate(round, 'train'), Evaluation, () =>
      Promise.resolve(this.#evaluation(samplesOf, round, 'train', candidate, this.#work.train)),
    );
    this.#work.workbench.observe({ event: 'evaluation', evaluation });
  }

  async #collect(
    stage: string,
    tasks: readonly Task[],
    { samples, first = 0, draws = stage, candidate, rows, atEndpoint }: Collected,
    start: () => Promise<Sampler>,
  ): Promise<Sample[]> {
    const { id, config, store, workbench, writesAnew } = this.#work;
    const settings: SamplingSettings = {
      temperature: config.temperature,
      topP: config.topP,
      topK: config.topK,
      maxTokens: config.maxTokens,
      seed: config.seed,
      round: keyOf(draws),
    };
    const { condition, model } = candidate;
    const asked = { run: id, stage, samples, first, condition, model: model.hash, style: model.style };
    let sampler: Promise<Sampler> | undefined;
    try {
      return await collectSamples(
        {
          ...asked,
          tasks,
          batchRows: rows,
          allAtOnce: atEndpoint === true,
          settings,
          timeoutSeconds: config.timeoutSeconds,
          feedback: config.feedback,
        },
        {
          store,
          // A server does not write the same texts again.
          ...(writesAnew || atEndpoint === true ? {} : { earlier: new EarlierTexts(store, asked) }),
          executor: await workbench.executor(),
          sampler: () => (sampler ??= start()),
          countTokens: candidate.model.countTokens,
          observe: workbench.observe,
          signal: workbench.signal,
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
    const { id, config, store } = this.#work;
    return evaluateStage(store, id, stage, {
      round,
      side,
      model: candidate.model.hash,
      taskIds: tasks.map((task) => task.id),
      seed: config.seed,
    });
  }

  async #gate(round: number, incumbent: Candidate, trained: Candidate): Promise<GateDecision['decision']> {
    const { config, heldOut, workbench } = this.#work;
    const record = await this.#stage(stages.gate(round), GateRecord, async () => {
      const looks = heldOut.length === 0 ? 1 : config.looks;
      let measured: { before?: Evaluation; after?: Evaluation } = {};
      let decided = this.#look(incumbent, trained, 1);
      for (let look = 2; decided.decision === 'undecided' && (await this.#mayLook(round, look)); look += 1) {
        workbench.observe({
          event: 'phase',
          phase: 'gate',
          detail: `look ${look} of ${looks}: ${decided.reason}`,
        });
        measured = {
          before: await this.#measureHeldOut(incumbent, look),
          after: await this.#measureHeldOut(trained, look),
        };
        for (const evaluation of Object.values(measured))
          workbench.observe({ event: 'evaluation', evaluation });
        decided = this.#look(incumbent, trained, look);
      }
      if (decided.decision === 'promote') await workbench.promote(trained.model, decided.reason);
      return {
        round,
        decision: decided.decision,
        reason: decided.reason,
        ...(decided.difference === undefined ? {} : { difference: decided.difference }),
        model: trained.model.hash,
        ...measured,
      };
    });
    workbench.observe({ event: 'gate', gate: record });
    return record.decision;
  }

  /** What the samples of all looks so far say. */
  #look(incumbent: Candidate, trained: Candidate, look: number): GateDecision {
    const { id, config, heldOut, store } = this.#work;
    const ids = heldOut.map((task) => task.id);
    const [before, after] = [incumbent, trained].map((candidate) =>
      stageOutcomes(store, id, stages.evaluate(candidate.round, 'held-out'), ids),
    );
    return decide(pairsOf(heldOut, before ?? [], after ?? []), look, config.looks);
  }

  /**
   * Whether the gate takes another look: one is planned, the tasks are enough to decide, and the run's minutes hold it. Stored,
   * so that a resumed run does the same.
   */
  async #mayLook(round: number, look: number): Promise<boolean> {
    const { id, config, heldOut, secondsSpent, store, workbench } = this.#work;
    const families = new Set(heldOut.map(({ family }) => family)).size;
    if (look > config.looks || families < GATE_FAMILIES) return false;
    if (config.minutes === undefined) return true;
    const left = config.minutes * 60 - secondsSpent();
    const { may } = await this.#stage(stages.look(round, look), AnotherLook, async () => {
      const { speeds } = await knownSpeeds(config, workbench);
      const { measure } = { ...speeds, ...measuredSpeeds(store, id) };
      return { may: 2 * heldOut.length * config.heldOutSamples * measure <= left };
    });
    if (!may)
      workbench.observe({ event: 'notice', message: 'The time is over before the gate could decide.' });
    return may;
  }
}
