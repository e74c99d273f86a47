import type { ScoredSample } from '../../core/learning/objectives/objective.ts';
import type { Sample, SamplingRecord } from '../../protocol/run.ts';
import { throwIfAborted } from '../../protocol/errors.ts';
import type { RunWork } from './runWork.ts';
import { stages } from './stages.ts';
import { RecordedCompletions } from '../recordedCompletions.ts';
import { recordedSamples, type RunTextsServices } from './unsampledTexts.ts';

/** The programs that one round may learn from, as training sees them. What was not sampled is run once and stored. */
export class LearnableSamples {
  readonly #work: RunWork;
  readonly #round: number;
  readonly #countTokens: (text: string) => number;

  constructor(work: RunWork, round: number, countTokens: (text: string) => number) {
    this.#work = work;
    this.#round = round;
    this.#countTokens = countTokens;
  }

  /** Those that the round sampled. */
  ofRound(sampled: readonly Sample[]): ScoredSample[] {
    return sampled.filter((sample) => this.#isUsable(sample)).map((sample) => scored(sample, this.#round));
  }

  /** What was shown as completions of the training tasks' functions, where it is recorded and was not sampled too; in the first round. */
  async shown(sampled: readonly Sample[]): Promise<ScoredSample[]> {
    if (this.#round > 1) return [];
    const known = new Set(sampled.map(programOf));
    const stage = stages.use(this.#round);
    return (await this.#used(stage))
      .filter((sample) => !known.has(programOf(sample)))
      .map((sample) => scored(sample, stage));
  }

  /** Passing samples of the rounds before; the paper has no replay buffer, small rounds need one. */
  replay(): ScoredSample[] {
    const passes: ScoredSample[] = [];
    for (let earlier = this.#round - 1; earlier >= 1; earlier--) {
      for (const [stage, name] of [
        [stages.sample(earlier), earlier],
        [stages.use(earlier), stages.use(earlier)],
      ] as const) {
        for (const sample of this.#stored(stage))
          if (sample.verdict === 'passed') passes.push(scored(sample, name));
      }
    }
    return passes;
  }

  async #used(stage: string): Promise<Sample[]> {
    const { workbench, config, train } = this.#work;
    const records = new RecordedCompletions(workbench.files).list();
    const model = [...new Set(records.map((record) => record.model))].join(', ');
    if (records.length === 0) return this.#stored(stage);
    return await this.#given(stage, { model, engine: 'completions' }, (services) =>
      recordedSamples({ ...config, tasks: train, records }, services),
    );
  }

  async #given(
    stage: string,
    written: Pick<SamplingRecord, 'model' | 'engine'>,
    run: (services: RunTextsServices) => Promise<Sample[]>,
  ): Promise<Sample[]> {
    const { id, store, workbench } = this.#work;
    if (store.batches(id, stage).size === 0) {
      const executor = await workbench.executor();
      const samples = await run({ executor, countTokens: this.#countTokens, signal: workbench.signal });
      throwIfAborted(workbench.signal);
      const record = { ...written, condition: 'none', tier: executor.tier } as const;
      if (samples.length > 0) store.saveBatch(id, stage, 0, record, samples);
    }
    return this.#stored(stage);
  }

  #stored(stage: string): Sample[] {
    const { id, store } = this.#work;
    return store.samples(id, stage).filter((sample) => this.#isUsable(sample));
  }

  /** Our own failures are nothing to learn from, nor are verdicts that might be forged where the user says so. */
  #isUsable(sample: Sample): boolean {
    return sample.verdict !== 'harness_error' && (sample.sealed || !this.#work.config.sealedOnly);
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
