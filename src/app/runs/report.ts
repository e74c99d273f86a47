import { outcomesOf, evaluate } from '../../core/evaluation/passRates.ts';
import { Evaluation, GateRecord, TrainingRecord, type RunReport, type Side } from '../../protocol/run.ts';
import type { RunStore } from '../../store/runStore.ts';
import type { TaskOutcome } from '../../core/evaluation/statistics.ts';
import { stages } from './stages.ts';

/** Rebuilds the report of a run from its finished stages. */
export function runReport(store: RunStore, run: string): RunReport | undefined {
  const row = store.run(run);
  if (row === undefined) return undefined;
  const report: RunReport = {
    run,
    status: row.status,
    config: row.config,
    heldOut: [],
    train: [],
    trainings: [],
    gates: [],
  };
  for (let round = 0; round <= row.config.rounds; round++) {
    const heldOut = store.stage(run, stages.evaluate(round, 'held-out'), Evaluation);
    if (heldOut !== undefined) report.heldOut.push(heldOut);
    const train = store.stage(run, stages.evaluate(round, 'train'), Evaluation);
    if (train !== undefined) report.train.push(train);
    const training = store.stage(run, stages.train(round), TrainingRecord);
    if (training !== undefined) report.trainings.push({ ...training, round });
    const gate = store.stage(run, stages.gate(round), GateRecord);
    if (gate !== undefined) report.gates.push(gate);
  }
  // Later looks of the gate added samples.
  const pooled = new Map(
    report.gates.flatMap(({ before, after }) => [before, after]).map((one) => [one?.round, one]),
  );
  report.heldOut = report.heldOut.map((evaluation) => pooled.get(evaluation.round) ?? evaluation);
  return report;
}

/** Evaluates the stored samples of a stage. */
export function evaluateStage(
  store: RunStore,
  run: string,
  stage: string,
  about: { round: number; side: Side; model: string; taskIds: readonly string[]; seed: number },
): Evaluation {
  return evaluate({ ...about, ks: [1, 8, 10] }, store.samples(run, stage));
}

/** Outcomes of a stage by task, for the gate. */
export function stageOutcomes(
  store: RunStore,
  run: string,
  stage: string,
  taskIds: readonly string[],
): TaskOutcome[] {
  return outcomesOf(taskIds, store.samples(run, stage));
}
