import type { Arm, ArmResult, Experiment, Measured } from '../../protocol/experiment.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import type { TaskOutcome } from '../../core/evaluation/statistics.ts';

export interface PlannedArm {
  arm: string;
  seed: number;
  /** The arm whose model this one begins with, instead of the model of its configuration. */
  after: string | undefined;
  config: RunConfig;
}

/** The runs of an experiment in their order. `workspace` is the folder of its results. The experiment's paths are absolute. */
export function plannedArms(experiment: Experiment, workspace: string): PlannedArm[] {
  return experiment.seeds.flatMap((seed) =>
    Object.entries(experiment.arms).map(([arm, { after, ...settings }]) => ({
      ...{ arm, seed, after },
      config: configOf(experiment, settings, seed, workspace),
    })),
  );
}

function configOf(
  experiment: Experiment,
  arm: Omit<Arm, 'after'>,
  seed: number,
  workspace: string,
): RunConfig {
  const { training: common, ...shared } = experiment.settings;
  const { training: own, ...settings } = arm;
  const { model, rounds, samples, validationSamples, device } = experiment;
  return {
    ...DEFAULT_RUN,
    ...given(shared),
    ...given(settings),
    objective: arm.objective,
    measureTrain: false,
    ...{ workspace, tasksFile: experiment.tasks, heldOutFile: experiment.validation },
    ...{ model, rounds, samples, heldOutSamples: validationSamples, looks: 1, device, seed },
    training: { ...DEFAULT_RUN.training, ...given(common ?? {}), ...given(own ?? {}), seed },
  };
}

/** The settings without undefined ones, which would hide a default. */
function given<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Whether two runs sample the same programs until their first training, and differ at most in how they learn from them. */
export function sharesFirstSamples(a: RunConfig, b: RunConfig): boolean {
  return decidingKey(a) === decidingKey(b);
}

/** The options that matter only after the first samples. */
const AFTER_FIRST_SAMPLES: readonly string[] = [
  'rounds',
  'measureTrain',
  'objective',
  'sealedOnly',
  'training',
] satisfies (keyof RunConfig)[];

function decidingKey(config: RunConfig): string {
  const deciding = Object.entries(config).filter(([name]) => !AFTER_FIRST_SAMPLES.includes(name));
  return JSON.stringify(deciding.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The outcomes of each task, all seeds together, in the order of the first seed. */
export function pooled(measured: readonly Measured[]): TaskOutcome[] {
  const tasks = new Map<string, TaskOutcome>();
  for (const { outcomes } of measured) {
    for (const [taskId, [samples, passed]] of Object.entries(outcomes)) {
      const known = tasks.get(taskId) ?? { taskId, samples: 0, passed: 0 };
      tasks.set(taskId, { taskId, samples: known.samples + samples, passed: known.passed + passed });
    }
  }
  return [...tasks.values()];
}

/** The same, but every program that ran to its checks counts as a pass. */
export function pooledReached(measured: readonly Measured[]): TaskOutcome[] {
  return pooled(
    measured.map((one) => ({
      ...one,
      outcomes: Object.fromEntries(
        Object.entries(one.outcomes).map(([taskId, [samples]]) => [
          taskId,
          [samples, one.reached[taskId] ?? 0],
        ]),
      ),
    })),
  );
}

/** The measurements of an arm after a round, one per seed. A seed without that round gives its last earlier one. */
export function afterRound(results: readonly ArmResult[], round: number): Measured[] {
  return results.flatMap(({ validation }) => validation.findLast((one) => one.round <= round) ?? []);
}

/** The mean of the tasks' pass rates. */
export function meanRate(outcomes: readonly TaskOutcome[]): number {
  const rates = outcomes.filter(({ samples }) => samples > 0).map(({ samples, passed }) => passed / samples);
  return rates.length === 0 ? 0 : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
