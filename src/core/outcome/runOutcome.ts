import type { GateRecord, RunAnswer, RunOutcome, RunReport } from '../../protocol/run.ts';

const ANSWERS: Record<GateRecord['decision'], RunAnswer> = {
  promote: 'better',
  refuse: 'not better',
  undecided: 'cannot tell',
};

/**
 * What a run came to: the answer about the model that it promoted last, else about its newest one. The rates before are those
 * of the model that the run began with. Undefined while the run has decided about no model.
 */
export function runOutcome({ gates, heldOut }: Pick<RunReport, 'gates' | 'heldOut'>): RunOutcome | undefined {
  const gate = gates.findLast(({ decision }) => decision === 'promote') ?? gates.at(-1);
  if (gate === undefined) return undefined;
  const before = heldOut.find(({ round }) => round === 0);
  const after = heldOut.find(({ round }) => round === gate.round);
  // A gate compares with the model that was promoted last. Its difference fits only where that is the first one.
  const fromFirst = !gates.some(({ round, decision }) => decision === 'promote' && round < gate.round);
  return {
    answer: ANSWERS[gate.decision],
    round: gate.round,
    model: gate.model,
    reason: gate.reason,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(gate.difference === undefined || !fromFirst ? {} : { difference: gate.difference }),
  };
}
