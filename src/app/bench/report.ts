import type { ArmResult, Experiment, Measured } from '../../protocol/experiment.ts';
import { Condition } from '../../protocol/model.ts';
import { afterRound, meanRate, pooled, pooledReached } from './arms.ts';
import { effortTable, minutesUntil, reachTable, stepsUntil } from './effort.ts';
import { crossedDifference, holm } from '../../core/evaluation/crossed.ts';
import { linePlot, markdownTable, type Series } from './figures.ts';
import {
  bootstrapMean,
  estimatePassAtK,
  pairedDifference,
  type Estimate,
  type TaskOutcome,
} from '../../core/evaluation/statistics.ts';
import { percent, points } from '../../core/text/words.ts';

/** Seed of the bootstrap. */
const SEED = 1;
const SHOWN_ERRORS = 5;
/** The name of the model before any training. */
const NONE = 'none';

/** One side of a comparison: its name, and a measurement per seed. */
type Column = readonly [string, readonly Measured[]];

export interface ExperimentReport {
  markdown: string;
  /** SVG documents by the name of their file. */
  plots: Record<string, string>;
}

/** The report of an experiment, over the arms and seeds that have results. Its head names `command`. */
export function experimentReport(
  experiment: Experiment,
  results: readonly ArmResult[],
  command: string,
): ExperimentReport {
  // Before its first training, an arm has nothing to report.
  const trained = results.filter(
    ({ status, validation }) => status === 'finished' || validation.some(({ round }) => round > 0),
  );
  const arms = Object.keys(experiment.arms).filter((arm) => trained.some((result) => result.arm === arm));
  const of = (arm: string): ArmResult[] => trained.filter((result) => result.arm === arm);
  const rounds = Array.from({ length: experiment.rounds }, (_, at) => at + 1);
  const plots = plotsOf(arms, of, rounds);
  const untrained = onePerSeed(results).flatMap(({ validation }) => validation.slice(0, 1));
  const columns: Column[] = [
    [NONE, untrained],
    ...arms.map((arm): Column => [arm, afterRound(of(arm), experiment.rounds)]),
  ];
  const planned = experiment.seeds.length * Object.keys(experiment.arms).length;
  const finished = results.filter(({ status }) => status === 'finished').length;
  const markdown = [
    `# ${experiment.question}`,
    `    ${command}`,
    `Model ${experiment.model}; ${experiment.rounds} ${experiment.rounds === 1 ? 'round' : 'rounds'}, ${experiment.samples} programs per training task and round, ${experiment.validationSamples} per ` +
      `validation task; seeds ${experiment.seeds.join(', ')}. ${finished} of ${planned} runs are finished. Intervals are 95 %, bootstrap over tasks. Differences are ` +
      `paired by task, the seeds of a task taken together. Differences against none are resampled over tasks and seeds; their ` +
      `chance is that of a difference where there is none, corrected for the number of arms (Holm).`,
    `## Validation tasks`,
    validationTable(arms, of, rounds, untrained),
    ...againstEachOther(arms, (arm) => pooled(afterRound(of(arm), experiment.rounds))),
    ...Object.keys(plots).map((file) => `![${file}](${file})`),
    `## Cost`,
    effortTable(arms, of),
    ...reachTable(arms, of, rounds),
    `## Errors on validation tasks`,
    errorTable(columns),
    ...reachedSection(columns),
    ...Object.keys(experiment.finals).flatMap((name) => finalSection(name, arms, of)),
    ...perplexitySection(arms, of),
  ].join('\n\n');
  return { markdown: `${markdown}\n`, plots };
}

/** One result per seed. All arms of a seed share the measurement before training. */
function onePerSeed(results: readonly ArmResult[]): ArmResult[] {
  return [...Map.groupBy(results, ({ seed }) => seed).values()].flatMap((some) => some.slice(0, 1));
}

function validationTable(
  arms: readonly string[],
  of: (arm: string) => ArmResult[],
  rounds: readonly number[],
  untrained: readonly Measured[],
): string {
  const doneBy = (arm: string, round: number): ArmResult[] =>
    of(arm).filter(({ validation }) => validation.some((one) => one.round >= round));
  const bySeed = (measured: readonly Measured[]): TaskOutcome[][] => measured.map((one) => pooled([one]));
  const against = (round: number): Map<string, { gain: Estimate; chance: number }> => {
    const found = arms.flatMap((arm) => {
      const gain = crossedDifference(bySeed(untrained), bySeed(afterRound(doneBy(arm, round), round)), SEED);
      return gain === undefined ? [] : [{ arm, gain }];
    });
    const chances = holm(found.map(({ gain }) => gain.chance));
    return new Map(found.map(({ arm, gain }, index) => [arm, { gain, chance: chances[index] ?? 1 }]));
  };
  const gains = new Map(rounds.map((round) => [round, against(round)]));
  const row = (arm: string, round: number, measured: readonly Measured[], seeds: number): string[] => {
    const found = gains.get(round)?.get(arm);
    const outcomes = pooled(measured);
    const each = measured.map((one) => percent(meanRate(pooled([one])))).join(', ');
    return [
      arm,
      String(round),
      String(seeds),
      `${sum(outcomes, 'passed')} of ${sum(outcomes, 'samples')}`,
      interval(estimatePassAtK(outcomes, 1, SEED)),
      round === 0 ? '' : interval(found?.gain),
      found === undefined ? '' : found.chance.toFixed(3),
      interval(estimatePassAtK(outcomes, 8, SEED)),
      each,
    ];
  };
  const rows = [
    row(NONE, 0, untrained, untrained.length),
    ...arms.flatMap((arm) =>
      rounds.map((round) => {
        const done = doneBy(arm, round);
        return row(arm, round, afterRound(done, round), done.length);
      }),
    ),
  ].filter(([, , seeds]) => seeds !== '0');
  return markdownTable(
    ['arm', 'round', 'seeds', 'programs', 'pass@1', 'against none', 'chance', 'pass@8', 'pass@1 by seed'],
    rows,
  );
}

function errorTable(columns: readonly Column[]): string {
  const total = (measured: readonly Measured[], type: string): number =>
    measured.reduce((count, { errorTypes }) => count + (errorTypes[type] ?? 0), 0);
  const all = columns.flatMap(([, measured]) => measured);
  const types = [...new Set(all.flatMap(({ errorTypes }) => Object.keys(errorTypes)))]
    .filter((type) => type !== 'passed')
    .sort((a, b) => total(all, b) - total(all, a))
    .slice(0, SHOWN_ERRORS);
  const share = (measured: readonly Measured[], type: string): string => {
    const samples = sum(pooled(measured), 'samples');
    const programs = total(measured, type);
    return samples === 0 ? '-' : `${percent(programs / samples)} (${programs})`;
  };
  const rows = types.map((type) => [type, ...columns.map(([, measured]) => share(measured, type))]);
  const tokens = columns.map(([, measured]) =>
    measured.length === 0
      ? '-'
      : (measured.reduce((mean, one) => mean + one.tokensPerProgram, 0) / measured.length).toFixed(1),
  );
  return markdownTable(
    ['after the last round', ...columns.map(([arm]) => arm)],
    [
      ...rows,
      ['tokens per program', ...tokens],
      ['ended by the model', ...columns.map(([, measured]) => endedShare(measured, 'programs'))],
      ['ended by the model and passed', ...columns.map(([, measured]) => endedShare(measured, 'passed'))],
    ],
  );
}

/** The share of each side's programs that ran to their checks, and its differences to the other sides. */
function reachedSection(columns: readonly Column[]): string[] {
  const sides = columns.map(([name, measured]) => ({ name, outcomes: pooledReached(measured) }));
  if (sides.some(({ outcomes }) => outcomes.length === 0)) return [];
  const rows = sides.map(({ name, outcomes }) => [
    name,
    `${sum(outcomes, 'passed')} of ${sum(outcomes, 'samples')}`,
    interval(estimatePassAtK(outcomes, 1, SEED)),
    ...sides.map((other) => (other.name === name ? '' : interval(difference(other.outcomes, outcomes)))),
  ]);
  return [
    'Programs that run to their checks and pass or fail them, each row against each column:',
    markdownTable(['arm', 'programs', 'share', ...sides.map(({ name }) => `minus ${name}`)], rows),
  ];
}

/** The share of all programs that the model ended by itself, so that nothing was cut after the function. */
function endedShare(measured: readonly Measured[], which: keyof Measured['ended']): string {
  const samples = sum(pooled(measured), 'samples');
  const count = measured.reduce((total, { ended }) => total + ended[which], 0);
  return samples === 0 ? '-' : `${percent(count / samples)} (${count})`;
}

/** The final tasks, which decided nothing, with each arm's model. */
function finalSection(name: string, arms: readonly string[], of: (arm: string) => ArmResult[]): string[] {
  const measured = (arm: string): Measured[] => of(arm).flatMap((result) => result.finals[name]?.after ?? []);
  // All arms and seeds begin with one model, so it is measured once.
  const before = arms
    .flatMap((arm) => of(arm).flatMap(({ finals }) => finals[name]?.before ?? []))
    .slice(0, 1);
  const base = pooled(before);
  const asked = arms.filter((arm) => measured(arm).length > 0);
  const rows = [
    [
      NONE,
      '',
      `${sum(base, 'passed')} of ${sum(base, 'samples')}`,
      interval(estimatePassAtK(base, 1, SEED)),
      '',
      endedShare(before, 'passed'),
    ],
    ...asked.map((arm) => {
      const outcomes = pooled(measured(arm));
      return [
        arm,
        String(measured(arm).length),
        `${sum(outcomes, 'passed')} of ${sum(outcomes, 'samples')}`,
        interval(estimatePassAtK(outcomes, 1, SEED)),
        interval(difference(base, outcomes)),
        endedShare(measured(arm), 'passed'),
      ];
    }),
  ];
  if (base.length === 0) return [];
  return [
    `## ${name}, at the end`,
    'The model of each arm is that of the round that passed most of the validation tasks.',
    markdownTable(['arm', 'seeds', 'programs', 'pass@1', 'against none', 'passes uncut'], rows),
    ...againstEachOther(asked, (arm) => pooled(measured(arm))),
    ...reachedSection([[NONE, before], ...asked.map((arm): Column => [arm, measured(arm)])]),
    ...underSection(name, arms, of),
  ];
}

/** The same models under other verdicts, for arms that learned verdicts. */
function underSection(name: string, arms: readonly string[], of: (arm: string) => ArmResult[]): string[] {
  const measured = (arm: string, condition: Condition): TaskOutcome[] =>
    pooled(of(arm).flatMap((result) => result.finals[name]?.under[condition] ?? []));
  const compared = arms.filter((arm) =>
    of(arm).some((result) => Object.keys(result.finals[name]?.under ?? {}).length > 1),
  );
  if (compared.length === 0) return [];
  const asked = Condition.options.filter((condition) =>
    compared.some((arm) => measured(arm, condition).length > 0),
  );
  const rows = compared.map((arm) => [
    arm,
    ...asked.map((condition) => interval(estimatePassAtK(measured(arm, condition), 1, SEED))),
    interval(difference(measured(arm, 'bad'), measured(arm, 'good'))),
  ]);
  return [
    'The models under each verdict:',
    markdownTable(['pass@1', ...asked.map((condition) => UNDER[condition]), 'good minus bad'], rows),
  ];
}

const UNDER: Record<Condition, string> = { good: 'good', bad: 'bad', none: 'no verdict' };

/** The effect of training on plain Python: the perplexity of source that no training saw. */
function perplexitySection(arms: readonly string[], of: (arm: string) => ArmResult[]): string[] {
  const rows = arms.flatMap((arm) => {
    const each = of(arm).flatMap(({ perplexity }) => perplexity ?? []);
    const before = each[0]?.before.texts;
    if (before === undefined) return [];
    // Nats per token of each text, over all seeds. The differences are small and of both signs, so they are paired by text.
    const changes = before.map((text, at) => {
      const after = each.map((one) => one.after.texts[at] ?? text);
      return after.reduce((sum, one) => sum + (one.loss - text.loss) / text.weight, 0) / after.length;
    });
    const total = (texts: typeof before): number =>
      Math.exp(
        texts.reduce((sum, { loss }) => sum + loss, 0) / texts.reduce((sum, { weight }) => sum + weight, 0),
      );
    const change = bootstrapMean(changes, SEED);
    return [
      [
        arm,
        String(each.length),
        total(before).toFixed(2),
        each.map(({ after }) => total(after.texts).toFixed(2)).join(', '),
        change === undefined
          ? '-'
          : `${change.value.toFixed(3)} (${change.low.toFixed(3)} to ${change.high.toFixed(3)})`,
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    '## Perplexity of Python source that no training saw',
    markdownTable(['arm', 'seeds', 'before', 'after, by seed', 'change, nats per token'], rows),
  ];
}

/** The differences between the arms' pass rates, paired by task. */
function againstEachOther(
  arms: readonly string[],
  outcomesOf: (arm: string) => readonly TaskOutcome[],
): string[] {
  if (arms.length < 2) return [];
  const rows = arms.map((arm) => [
    arm,
    ...arms.map((other) => (other === arm ? '' : interval(difference(outcomesOf(other), outcomesOf(arm))))),
  ]);
  return [
    'Each row against each column, after the last round:',
    markdownTable(['pass@1', ...arms.map((arm) => `minus ${arm}`)], rows),
  ];
}

function plotsOf(
  arms: readonly string[],
  of: (arm: string) => ArmResult[],
  rounds: readonly number[],
): Record<string, string> {
  const series = (x: (result: ArmResult, round: number) => number): Series[] =>
    arms.map((name) => ({
      name,
      points: [0, ...rounds].flatMap((round) => {
        const done = of(name).filter(({ validation }) => validation.some((one) => one.round >= round));
        if (done.length === 0) return [];
        const mean = done.reduce((total, result) => total + x(result, round), 0) / done.length;
        return [[mean, meanRate(pooled(afterRound(done, round))) * 100] as const];
      }),
    }));
  const rate = 'pass@1, %';
  return {
    'by-round.svg': linePlot(
      'Validation tasks by round',
      'round',
      rate,
      series((_, round) => round),
    ),
    'by-step.svg': linePlot('Validation tasks by gradient step', 'gradient steps', rate, series(stepsUntil)),
    'by-minute.svg': linePlot(
      'Validation tasks by work',
      'minutes of sampling, execution and training',
      rate,
      series(minutesUntil),
    ),
  };
}

/** The paired difference. Undefined if the sides have different tasks, which happens while a seed is missing. */
function difference(base: readonly TaskOutcome[], outcomes: readonly TaskOutcome[]): Estimate | undefined {
  const known = new Set(base.map(({ taskId }) => taskId));
  const same = known.size === outcomes.length && outcomes.every(({ taskId }) => known.has(taskId));
  return same && outcomes.length > 0 ? pairedDifference(base, outcomes, SEED) : undefined;
}

function interval(estimate: ReturnType<typeof bootstrapMean>): string {
  if (estimate === undefined) return '-';
  return `${percent(estimate.value)} (${points(estimate.low)} to ${points(estimate.high)})`;
}

function sum(outcomes: readonly TaskOutcome[], field: 'samples' | 'passed'): number {
  return outcomes.reduce((total, outcome) => total + outcome[field], 0);
}
