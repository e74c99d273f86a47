import type { Arm, ArmResult, Experiment, Measured } from '../../protocol/experiment.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import type { TaskOutcome } from '../../core/evaluation/statistics.ts';

export interface PlannedArm {
  arm: string;
  seed: number;
  /** The arm from whose model this one begins, instead of from that of its configuration. */
  after: string | undefined;
  config: RunConfig;
}

/** The runs of an experiment in their order. `workspace` is the folder of its results; its paths must be absolute. */
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
    ...{ model, rounds, samples, heldOutSamples: validationSamples, device, seed },
    training: { ...DEFAULT_RUN.training, ...given(common ?? {}), ...given(own ?? {}), seed },
  };
}

/** Without what is undefined, which would hide a default. */
function given<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/**
 * Whether two runs sample the same programs until the end of their first round's sampling: all that decides it is the same,
 * whatever they then learn from it.
 */
export function sharesFirstSamples(a: RunConfig, b: RunConfig): boolean {
  return decidingKey(a, AFTER_FIRST_SAMPLES) === decidingKey(b, AFTER_FIRST_SAMPLES);
}

/**
 * Whether two runs are alike until the end of their second round's sampling: they differ at most in the weights that later
 * trainings begin with, and in how long they go on.
 */
export function sharesFirstRound(a: RunConfig, b: RunConfig): boolean {
  return decidingKey(a, AFTER_FIRST_ROUND) === decidingKey(b, AFTER_FIRST_ROUND);
}

/** What only matters once the second round has its samples. */
const AFTER_FIRST_ROUND: readonly (keyof RunConfig)[] = ['rounds', 'measureTrain', 'trainFrom'];

/** What only matters once there are samples. */
const AFTER_FIRST_SAMPLES: readonly (keyof RunConfig)[] = [
  ...AFTER_FIRST_ROUND,
  'objective',
  'lossOn',
  'verdict',
  'mix',
  'sealedOnly',
  'training',
];

function decidingKey(config: RunConfig, later: readonly string[]): string {
  const deciding = Object.entries(config).filter(([name]) => !later.includes(name));
  return JSON.stringify(deciding.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One task's outcomes over all seeds together, in the order of the first. */
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

/** The same with those programs as passes that ran to their checks. */
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

/** What the arms of all seeds measured after a round; those that stopped earlier keep what they had. */
export function afterRound(results: readonly ArmResult[], round: number): Measured[] {
  return results.flatMap(({ validation }) => validation.findLast((one) => one.round <= round) ?? []);
}

/** Mean over tasks of the share that passes. */
export function meanRate(outcomes: readonly TaskOutcome[]): number {
  const rates = outcomes.filter(({ samples }) => samples > 0).map(({ samples, passed }) => passed / samples);
  return rates.length === 0 ? 0 : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
