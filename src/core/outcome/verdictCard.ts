import type { RunDetail, RunSummary, TaskHistory } from '../../protocol/backend.ts';
import type { RunUse } from '../../protocol/storedModels.ts';
import type { Evaluation, RunAnswer, RunOutcome, RunStatus } from '../../protocol/run.ts';
import { percent, points, rangeText } from '../text/words.ts';
import { signedPoints } from './modelNames.ts';

/** What a person can do about the outcome of a run. */
export type CardAction = 'use' | 'undo' | 'longer' | 'worse' | 'resume';

/** The answer of a run in words, for the run page, the notification, the tree and the command line. */
export interface VerdictCard {
  answer: RunAnswer | 'none';
  /** `Better`, `Not better`, `Can't tell yet`: a word or three. */
  title: string;
  /** What was measured before and after, the difference, and why that is the answer; one sentence each. */
  facts: string[];
  /** What completions use now. */
  inUse: string;
  actions: CardAction[];
}

/** Everything that decides the card of a run. */
export interface CardFacts extends RunUse {
  status: RunStatus;
  outcome: RunOutcome | undefined;
  /** Number of tasks that had a passing program before and have none now. */
  worse: number;
  /** Whether the run has test tasks. */
  tested: boolean;
}

const TITLES: Record<RunAnswer, string> = {
  better: 'Better',
  'not better': 'Not better',
  'cannot tell': "Can't tell yet",
};

export const ACTION_LABELS: Record<CardAction, string> = {
  use: 'Use Anyway',
  undo: 'Undo',
  longer: 'Train Longer',
  worse: 'Show What Got Worse',
  resume: 'Resume',
};

/** The card of a stored run. */
export function cardOf(
  { summary, report }: Pick<RunDetail, 'summary' | 'report'>,
  histories: readonly Pick<TaskHistory, 'change'>[],
  use: RunUse,
): VerdictCard | undefined {
  return verdictCard({
    ...use,
    status: summary.status,
    outcome: summary.outcome,
    worse: histories.filter(({ change }) => change === 'regressed').length,
    tested: report.heldOut.length > 0,
  });
}

/** The card of a run. A running one has none. */
export function verdictCard(facts: CardFacts): VerdictCard | undefined {
  const { status, outcome, tested } = facts;
  if (status === 'running') return undefined;
  if (outcome === undefined) {
    const unfinished = status !== 'finished';
    return {
      answer: 'none',
      title: { interrupted: 'Stopped', failed: 'Failed', finished: 'No new model' }[status],
      facts: [unfinished ? 'The run ended before it could tell whether it helps.' : nothingLearned(tested)],
      inUse: `Completions still use ${facts.active.name}.`,
      actions: unfinished ? ['resume'] : ['longer'],
    };
  }
  return {
    answer: outcome.answer,
    title: TITLES[outcome.answer],
    facts: [
      ...(status === 'finished' ? [] : ['The run ended early. This is the answer so far.']),
      ...[ratesSentence(outcome), differenceSentence(outcome)].filter((sentence) => sentence !== undefined),
      // A rise says all of it.
      ...(outcome.answer === 'better' ? [] : [reasonSentence(outcome.reason)]),
    ],
    inUse: inUseSentence(facts, outcome),
    actions: actionsOf(facts, outcome),
  };
}

/** `Better: 12.5 → 15.4 %`: a run in a list. The status of a run without an answer. */
export function outcomeLine({ status, outcome }: Pick<RunSummary, 'status' | 'outcome'>): string {
  if (outcome === undefined) return STATUS_WORDS[status];
  const rates = [outcome.before, outcome.after].map((side) => rateOf(side)?.value);
  const [before, after] = rates;
  const shown =
    after === undefined
      ? ''
      : `: ${before === undefined ? '' : `${points(before)} → `}${percent(after)} of attempts pass`;
  const early = status === 'finished' ? '' : ` · ${STATUS_WORDS[status]}`;
  return `${TITLES[outcome.answer]}${shown}${early}`;
}

const STATUS_WORDS: Record<RunStatus, string> = {
  running: 'running',
  interrupted: 'stopped',
  failed: 'failed',
  finished: 'no new model',
};

/** The card as lines of text, for a terminal. */
export function cardLines({ title, facts, inUse }: VerdictCard): string[] {
  return [title, ...facts, inUse];
}

/** The card in one message: the answer, the first fact, and what is in use. */
export function cardMessage({ title, facts: [first = ''], inUse }: VerdictCard): string {
  return `${title}. ${first} ${inUse}`;
}

function nothingLearned(tested: boolean): string {
  return tested
    ? 'No round found anything to learn from, so there is no new model to compare.'
    : 'The run has no test tasks, so it cannot tell whether it helps.';
}

function rateOf(evaluation: Evaluation | undefined): Evaluation['passAt'][string] | undefined {
  return evaluation?.passAt['1'];
}

function ratesSentence({ before, after }: RunOutcome): string | undefined {
  const now = rateOf(after);
  if (now === undefined) return undefined;
  const first = rateOf(before);
  const was = first === undefined ? '' : `, before: ${percent(first.value)} (${rangeText(first)})`;
  return `Test tasks: ${percent(now.value)} of attempts pass (${rangeText(now)})${was}.`;
}

function differenceSentence({ difference }: RunOutcome): string | undefined {
  if (difference === undefined) return undefined;
  const { value, low, high } = difference;
  return `Difference: ${signedPoints(value)} points (95 % interval ${signedPoints(low)} to ${signedPoints(high)}).`;
}

/** The gate's reason as a sentence, without what the sentences before it say. */
function reasonSentence(reason: string): string {
  const words = reason
    .replace(/: [+−-]?\d.*$/, '')
    .replace('families of held-out tasks', 'different test tasks')
    .replace('held-out programs', 'attempts')
    .replaceAll('held-out', 'test')
    .replace('samples a test task', 'attempts per test task')
    .replace('test pass rate', 'pass rate');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}

function inUseSentence({ active, stored }: CardFacts, { answer, model }: RunOutcome): string {
  if (active.hash === model) return 'Completions now use the new model.';
  if (answer === 'better') return `Completions use ${active.name} instead of the new model.`;
  return stored
    ? `You keep ${active.name}. The new model is stored.`
    : `You keep ${active.name}. The new model is deleted.`;
}

function actionsOf({ active, stored, worse, status }: CardFacts, { model }: RunOutcome): CardAction[] {
  return [
    ...(active.hash === model ? (['undo'] as const) : stored ? (['use'] as const) : []),
    ...(status === 'finished' ? (['longer'] as const) : (['resume'] as const)),
    ...(worse > 0 ? (['worse'] as const) : []),
  ];
}
