import type { ArmResult } from '../../protocol/experiment.ts';
import { afterRound, meanRate, pooled } from './arms.ts';
import { markdownTable } from './figures.ts';
import { percent } from '../../core/text/words.ts';

/** The mean cost per round of each arm: texts, steps, and the minutes of each phase with their share. */
export function effortTable(arms: readonly string[], of: (arm: string) => ArmResult[]): string {
  const rows = arms.map((arm) => {
    const rounds = of(arm).flatMap((result) => result.rounds);
    const mean = (value: (round: (typeof rounds)[number]) => number): number =>
      rounds.length === 0 ? 0 : rounds.reduce((total, round) => total + value(round), 0) / rounds.length;
    const [sampling, executing, training] = [
      mean((round) => round.samplingSeconds),
      mean((round) => round.executionSeconds),
      mean((round) => round.trainingSeconds),
    ];
    return [
      arm,
      mean(({ examples }) => examples).toFixed(0),
      `${mean(({ passes }) => passes).toFixed(0)} : ${mean(({ failures }) => failures).toFixed(0)}`,
      mean(({ steps }) => steps).toFixed(0),
      sampling === 0 ? '-' : (mean(({ passes, failures }) => passes + failures) / sampling).toFixed(1),
      ...[sampling, executing, training].map((seconds) => {
        const all = sampling + executing + training;
        return `${(seconds / 60).toFixed(1)} (${percent(all === 0 ? 0 : seconds / all)})`;
      }),
    ];
  });
  return markdownTable(
    [
      ...['arm', 'texts per round', 'good : bad samples', 'steps', 'programs/s'],
      ...['sampling min', 'execution min', 'training min'],
    ],
    rows,
  );
}

/** The gradient steps and minutes after which each arm first passes as many validation tasks as another one at its best. */
export function reachTable(
  arms: readonly string[],
  of: (arm: string) => ArmResult[],
  rounds: readonly number[],
): string[] {
  if (arms.length < 2) return [];
  const rateAfter = (arm: string, round: number): number => meanRate(pooled(afterRound(of(arm), round)));
  const rows = arms.map((arm) => [
    arm,
    ...arms.map((other) => {
      if (other === arm) return '';
      const best = Math.max(...rounds.map((round) => rateAfter(other, round)));
      const first = rounds.find((round) => rateAfter(arm, round) >= best);
      if (first === undefined) return '-';
      const mean = (work: (result: ArmResult, round: number) => number): number =>
        of(arm).reduce((total, result) => total + work(result, first), 0) / of(arm).length;
      return `${mean(stepsUntil).toFixed(0)} steps, ${mean(minutesUntil).toFixed(1)} min`;
    }),
  ]);
  return [
    'Steps and minutes that each row needs to reach the best of each column. The intervals above say whether the difference is real:',
    markdownTable(['', ...arms.map((arm) => `best of ${arm}`)], rows),
  ];
}

/** Gradient steps of an arm up to and including a round, with those of the arms that it continues. */
export function stepsUntil(result: ArmResult, round: number): number {
  return until(result, round).reduce((total, one) => total + one.steps, result.began.steps);
}

/** Minutes of sampling, execution and training up to and including a round, with those of the arms that it continues. */
export function minutesUntil(result: ArmResult, round: number): number {
  return until(result, round).reduce(
    (total, one) => total + (one.samplingSeconds + one.executionSeconds + one.trainingSeconds) / 60,
    result.began.minutes,
  );
}

function until(result: ArmResult, round: number): ArmResult['rounds'] {
  return result.rounds.filter((one) => one.round <= round);
}
