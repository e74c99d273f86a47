import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { outcomesOf, reachesChecks } from '../../core/evaluation/passRates.ts';
import { sourcePieces } from '../../core/learning/plainSource.ts';
import { endsItself } from '../../core/text/trimming.ts';
import { readTaskFile } from '../../harvest/files.ts';
import { standardLibraryPackages } from '../../harvest/pythonSources.ts';
import { digest } from '../../process/digest.ts';
import { jsonLines } from '../../process/wholeFile.ts';
import type {
  ArmResult,
  Experiment,
  ExperimentState,
  FinalResult,
  FinalTasks,
  Measured,
} from '../../protocol/experiment.ts';
import type { Evaluation, Sample } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import type { Likelihoods } from '../../protocol/training.ts';
import { evaluateModel } from '../runs/evaluate.ts';
import type { LoadedModel } from '../models/prepare.ts';
import type { Workbench } from '../workbench.ts';

type FinalState = Pick<ExperimentState, 'finals' | 'perplexity'>;

/** Pieces of Python source for perplexity, of about 250 tokens each. */
const PIECES = 80;

/** Final tasks, and how the models are asked for them. */
export interface FinalSet {
  name: string;
  final: FinalTasks;
  tasks: Task[];
  seed: number;
  /** Digest of the tasks, the number of programs per task, and the seed. */
  asked: string;
}

/**
 * The final tasks of an experiment.
 * @throws UserError if one of their files cannot be read.
 */
export async function readFinals({ finals, seeds }: Experiment): Promise<FinalSet[]> {
  const sets: FinalSet[] = [];
  const seed = seeds[0] ?? 0;
  for (const [name, final] of Object.entries(finals)) {
    const tasks = await readTaskFile(final.tasks);
    // In base64, as the states of earlier experiments hold it.
    const asked = Buffer.from(digest(JSON.stringify([tasks, final.samples, seed])), 'hex').toString('base64');
    sets.push({ name, final, tasks, seed, asked });
  }
  return sets;
}

/**
 * Measures the arms' models and their common first model (`base`, a hash), if that is not done yet: on each final set of
 * tasks, under its verdicts, and on plain source. `keep` gets the state after each measurement.
 */
export async function measureFinals(
  experiment: Experiment,
  sets: readonly FinalSet[],
  base: string,
  results: readonly ArmResult[],
  state: FinalState,
  workbench: Workbench,
  keep: (state: FinalState) => Promise<void>,
): Promise<void> {
  let now = state;
  for (const { name, final, tasks, seed, asked } of sets) {
    const arms = results.filter(({ arm }) => final.arms?.includes(arm) ?? true);
    for (const model of modelsOf(base, arms)) {
      const { record } = await workbench.resolveModel(model);
      // A model that learned no verdicts cannot tell them apart.
      const others = record.condition === 'none' ? [] : final.alsoUnder;
      for (const condition of new Set([record.condition, ...others])) {
        const isThis = (one: FinalState['finals'][number]): boolean =>
          one.model === model && one.asked === asked && one.condition === condition;
        if (now.finals.some(isThis)) continue;
        workbench.observe({ event: 'phase', phase: 'final', detail: `${name}, ${record.name}` });
        const { evaluation, samples } = await evaluateModel(
          {
            ...{ tasks, model, condition, samples: final.samples, ks: [1], seed },
            temperature: final.samples === 1 ? 0 : 0.7,
            timeoutSeconds: 5,
          },
          workbench,
        );
        const ids = tasks.map(({ id }) => id);
        const measured = measuredOf(evaluation, ids, samples);
        now = { ...now, finals: [...now.finals, { model, condition, asked, measured }] };
        await keep(now);
      }
    }
  }
  if (!experiment.perplexity) return;
  for (const model of modelsOf(base, results)) {
    if (now.perplexity.some((one) => one.model === model)) continue;
    workbench.observe({ event: 'phase', phase: 'perplexity', detail: model.slice(0, 8) });
    const measured = await likelihoods(await workbench.resolveModel(model), workbench);
    now = { ...now, perplexity: [...now.perplexity, { model, measured }] };
    await keep(now);
  }
}

function modelsOf(base: string, results: readonly ArmResult[]): Set<string> {
  return new Set([base, ...results.flatMap(({ model }) => model ?? [])]);
}

/** The measurements of an arm: of its first model (`before`) and of its last (`after`). */
export function finalsOf(
  { finals, perplexity }: FinalState,
  sets: readonly FinalSet[],
  arm: string,
  before: string | undefined,
  after: string | undefined,
): Pick<ArmResult, 'finals' | 'perplexity'> {
  const results: Record<string, FinalResult> = {};
  for (const { name, final, asked } of sets) {
    if (final.arms?.includes(arm) === false) continue;
    const own = finals.filter((one) => one.asked === asked);
    const first = own.find((one) => one.model === before);
    const last = own.filter((one) => one.model === after);
    if (first === undefined && last.length === 0) continue;
    results[name] = {
      before: first?.measured,
      // The first measurement of a model is under its own verdict.
      after: last[0]?.measured,
      under: Object.fromEntries(last.map(({ condition, measured }) => [condition, measured])),
    };
  }
  const likely = (model: string | undefined): Likelihoods | undefined =>
    perplexity.find((one) => one.model === model)?.measured;
  const [first, last] = [likely(before), likely(after)];
  return {
    finals: results,
    ...(first === undefined || last === undefined ? {} : { perplexity: { before: first, after: last } }),
  };
}

/** The part of an evaluation that is kept: the passes of each task, instead of intervals. */
export function measuredOf(
  { round, errorTypes, tokensPerProgram }: Evaluation,
  taskIds: readonly string[],
  samples: readonly Sample[],
): Measured {
  const outcomes = outcomesOf(taskIds, samples);
  const reached = outcomesOf(taskIds, samples, reachesChecks);
  const ended = samples.filter(endsItself);
  return {
    ...{ round, errorTypes, tokensPerProgram },
    outcomes: Object.fromEntries(outcomes.map(({ taskId, samples, passed }) => [taskId, [samples, passed]])),
    reached: Object.fromEntries(reached.map(({ taskId, passed }) => [taskId, passed])),
    ended: {
      programs: ended.length,
      passed: ended.filter(({ verdict }) => verdict === 'passed').length,
    },
  };
}

/** Likelihoods of the standard library's packages. No training saw these: objectives learn from its single modules. */
async function likelihoods(model: LoadedModel, workbench: Workbench): Promise<Likelihoods> {
  const { path: interpreter } = await workbench.interpreter();
  const pieces = sourcePieces(await standardLibraryPackages(interpreter), PIECES, 0);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'leti-perplexity-'));
  try {
    const texts = path.join(folder, 'texts.jsonl');
    await writeFile(texts, jsonLines(pieces));
    return await workbench.likelihoods(model, texts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
