import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mixExamples } from '../../core/learning/continuedPretraining.ts';
import { chooseObjective } from '../../core/learning/objectives/choose.ts';
import { OBJECTIVES } from '../../core/learning/objectives/index.ts';
import { withVerdictForm } from '../../core/learning/prompts.ts';
import { jsonLines } from '../../process/wholeFile.ts';
import type { Sample, TrainingRecord } from '../../protocol/run.ts';
import { LearnableSamples } from './learnableSamples.ts';
import type { LoadedModel } from '../models/prepare.ts';
import type { RunWork } from './runWork.ts';
import { stages } from './stages.ts';

export interface RoundToTrain {
  round: number;
  /** Wrote the samples. */
  from: LoadedModel;
  /** Is trained on them. */
  start: LoadedModel;
  sampled: readonly Sample[];
}

/** The training of one round: its samples become texts, as the objective says, and the texts new weights. */
export async function trainRound(
  work: RunWork,
  { round, from, start, sampled }: RoundToTrain,
): Promise<TrainingRecord> {
  const { id, config, train, store, workbench } = work;
  const learnable = new LearnableSamples(work, round, from.countTokens);
  const shown = await learnable.shown(sampled);
  const samples = [...learnable.ofRound(sampled), ...shown];
  const passes = samples.filter((sample) => sample.passed).length;
  const name = chooseObjective(config.objective, { passes });
  const objective = OBJECTIVES[name];
  const nothing: TrainingRecord = {
    model: from.hash,
    objective: name,
    examples: 0,
    passes,
    failures: samples.length - passes,
    mixed: 0,
    used: 0,
    steps: 0,
    tokens: 0,
    seconds: 0,
    finalLoss: 0,
    method: 'none',
    precision: 'none',
  };
  const notice = (message: string): void => {
    workbench.observe({ event: 'notice', message });
  };
  if (passes === 0 && !objective.trainsWithoutPasses) {
    notice(
      `No program passed in round ${round}; the objective ${name} has nothing to learn from. Try more samples, easier tasks or a stronger model.`,
    );
    return nothing;
  }
  if (passes === 0)
    notice(`No program passed in round ${round}; the objective ${name} learns from what else it has.`);
  const sources = await workbench.pretrainingSources();
  const style = withVerdictForm(from.style, config.verdict);
  const examples = objective.examples({
    tasks: new Map(train.map((task) => [task.id, task])),
    samples,
    replay: learnable.replay(),
    mutants: objective.needsMutants === true ? await learnable.mutants() : [],
    pretraining: sources,
    style,
    lossOn: config.lossOn,
    seed: config.seed,
  });
  if (examples.length === 0) {
    notice(`Round ${round} has no training texts.`);
    return nothing;
  }
  const mixed = mixExamples(sources, examples.length, config.mix, config.seed);
  const folder = roundFolder(work, round);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'examples.jsonl');
  await writeFile(file, jsonLines([...examples, ...mixed]));
  let tokens = 0;
  let seconds = 0;
  const result = await workbench.train(
    { model: start, examples: file, folder, settings: config.training },
    {
      source: `trained from ${start.hash} by run ${id}, round ${round}`,
      objective: name,
      condition: objective.condition,
      markers: style.markers,
      run: id,
      round,
    },
    (step) => {
      store.saveStep(id, { ...step, round });
      tokens += step.tokens;
      seconds += step.seconds;
      workbench.observe({
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
    used: examples.filter((example) => shown.some((sample) => sample.id === example.id)).length,
    mixed: mixed.length,
  };
}

/** Where a round's texts and checkpoints lie. */
export function roundFolder({ id, workbench }: RunWork, round: number): string {
  return path.join(workbench.files.run(id), `round-${round}`);
}
