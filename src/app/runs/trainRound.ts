import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chooseObjective } from '../../core/learning/objectives/objectives.ts';
import { jsonLines } from '../../process/wholeFile.ts';
import type { Sample, TrainingRecord } from '../../protocol/run.ts';
import { LearnableSamples } from './learnableSamples.ts';
import type { LoadedModel } from '../models/prepare.ts';
import type { RunWork } from './runWork.ts';
import { stages } from './stages.ts';

export interface RoundToTrain {
  round: number;
  /** The model that wrote the samples and is trained on them. */
  from: LoadedModel;
  sampled: readonly Sample[];
}

/** Trains one round: the objective turns its samples into texts, and the trainer makes new weights from these. */
export async function trainRound(
  work: RunWork,
  { round, from, sampled }: RoundToTrain,
): Promise<TrainingRecord> {
  const { id, config, objectives, train, store, workbench } = work;
  const learnable = new LearnableSamples(work, round, from.countTokens);
  const shown = await learnable.shown(sampled);
  const samples = [...learnable.ofRound(sampled), ...shown];
  const passes = samples.filter((sample) => sample.passed).length;
  const name = chooseObjective(config.objective, { passes });
  const objective = objectives[name];
  if (objective === undefined) throw new Error(`the run has no objective ${name}`);
  const nothing: TrainingRecord = {
    model: from.hash,
    objective: name,
    examples: 0,
    passes,
    failures: samples.length - passes,
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
  const examples = objective.examples({
    tasks: new Map(train.map((task) => [task.id, task])),
    samples,
    replay: learnable.replay(),
    plainSource: objective.needsPlainSource === true ? await workbench.pretrainingSources() : [],
    style: from.style,
    seed: config.seed,
  });
  if (examples.length === 0) {
    notice(`Round ${round} has no training texts.`);
    return nothing;
  }
  const folder = roundFolder(work, round);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'examples.jsonl');
  await writeFile(file, jsonLines(examples));
  let tokens = 0;
  let seconds = 0;
  const result = await workbench.train(
    { model: from, examples: file, folder, settings: config.training },
    {
      source: `trained from ${from.hash} by run ${id}, round ${round}`,
      objective: name,
      condition: objective.condition,
      markers: from.style.markers,
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
  };
}

/** The folder of a round's texts and checkpoints. */
export function roundFolder({ id, workbench }: RunWork, round: number): string {
  return path.join(workbench.files.run(id), `round-${round}`);
}
