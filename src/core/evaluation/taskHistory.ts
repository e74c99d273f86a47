import type { TaskChange, TaskHistory } from '../../protocol/backend.ts';

/** What a reader asks first: what got worse, then what got better. */
const ORDER: readonly (TaskChange | undefined)[] = [
  'regressed',
  'newly fixed',
  'flaky',
  'always failing',
  'always passing',
  undefined,
];

/**
 * How a task did over the stages that asked the model for it. Between the first and the last stage: some programs passed and none
 * does (`regressed`), none passed and some do (`newly fixed`); else all, none or some (`flaky`) of its programs
 * pass. Undefined without samples.
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

/** Regressions first; tasks of one kind in the order of their ids. */
export function byChange(a: TaskHistory, b: TaskHistory): number {
  return ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Whether a stage's programs were shown as completions or made, so that the model was not asked for all tasks alike. */
function isGiven(stage: string): boolean {
  return stage.startsWith('use/') || stage === 'mutants';
}

/** A stage in words: what the programs of its samples were for. */
export function stageLabel(stage: string): string {
  const sampled = /^sample\/(\d+)$/.exec(stage);
  if (sampled !== null) return `sampled in round ${sampled[1] ?? ''}`;
  if (stage === 'mutants') return 'small changes of the right body';
  if (stage.startsWith('use/')) return `from completions, in round ${stage.slice('use/'.length)}`;
  const evaluated = /^evaluate\/(\d+)\//.exec(stage);
  if (evaluated === null) return stage;
  return evaluated[1] === '0' ? 'before training' : `after round ${evaluated[1] ?? ''}`;
}

/** A stage, or the phase of a run in which it is done, in words that name its tasks: those of other phases stay as they are. */
export function phaseLabel(phase: string): string {
  const trained = /^train\/(\d+)$/.exec(phase);
  if (trained !== null) return `training in round ${trained[1] ?? ''}`;
  const label = stageLabel(phase);
  if (label === phase) return phase;
  return `${phase.includes('held-out') ? 'held-out' : 'training'} tasks, ${label}`;
}
