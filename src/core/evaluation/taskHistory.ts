import type { TaskChange, TaskHistory } from '../../protocol/backend.ts';

/** The order of the list: regressions first, then improvements. */
const ORDER: readonly (TaskChange | undefined)[] = [
  'regressed',
  'newly fixed',
  'flaky',
  'always failing',
  'always passing',
  undefined,
];

/**
 * The change of a task over the stages that sampled it. From the first stage to the last: from some passing programs to none is
 * `regressed`, from none to some is `newly fixed`. Otherwise all, none or some (`flaky`) of its programs pass. Undefined
 * without samples.
 */
export function taskChange(points: TaskHistory['points']): TaskChange | undefined {
  const asked = points.filter((point) => point.samples > 0 && !isGiven(point.stage));
  const first = asked[0];
  const last = asked.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (first.passed > 0 && last.passed === 0) return 'regressed';
  if (first.passed === 0 && last.passed > 0) return 'newly fixed';
  if (asked.every((point) => point.passed === 0)) return 'always failing';
  return asked.every((point) => point.passed === point.samples) ? 'always passing' : 'flaky';
}

/** Compares for a sort: regressions first, tasks of one kind by their ids. */
export function byChange(a: TaskHistory, b: TaskHistory): number {
  return ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Whether a run did not sample the stage's programs: completions, and in runs of earlier versions changed references. */
function isGiven(stage: string): boolean {
  return stage.startsWith('use/') || stage === 'mutants';
}

/** A stage in words. */
export function stageLabel(stage: string): string {
  const sampled = /^sample\/(\d+)$/.exec(stage);
  if (sampled !== null) return `sampled in round ${sampled[1] ?? ''}`;
  if (stage === 'mutants') return 'small changes of the right body';
  if (stage.startsWith('use/')) return `from completions, in round ${stage.slice('use/'.length)}`;
  const evaluated = /^evaluate\/(\d+)\//.exec(stage);
  if (evaluated === null) return stage;
  return evaluated[1] === '0' ? 'before training' : `after round ${evaluated[1] ?? ''}`;
}

/** A stage or phase of a run in words, with the side of its tasks. Names of other phases stay unchanged. */
export function phaseLabel(phase: string): string {
  const trained = /^train\/(\d+)$/.exec(phase);
  if (trained !== null) return `training in round ${trained[1] ?? ''}`;
  if (phase === 'evaluate/train') return 'training tasks, after the last round';
  const label = stageLabel(phase);
  if (label === phase) return phase;
  return `${phase.includes('held-out') ? 'test' : 'training'} tasks, ${label}`;
}
