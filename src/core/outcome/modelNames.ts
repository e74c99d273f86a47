import type { MeasuredRate, StoredModelSummary } from '../../protocol/storedModels.ts';
import type { ModelRecord } from '../../protocol/model.ts';
import { percent, points, rangeText, startText } from '../text/words.ts';

/** How people know a model, and what was measured of it: the same words in every view and on the command line. */

type Made = Pick<ModelRecord, 'name' | 'run' | 'round'>;

/** Run ids begin with the UTC time of their start: `20261130172029-8704`. */
const RUN_ID = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})-/;

/** When a run began, by its id, in the user's language; undefined for an id of another form. */
export function runStart(run: string): string | undefined {
  const found = RUN_ID.exec(run);
  if (found === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = found;
  return startText(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** `Round 1 · Nov 30, 2026, 5:20 PM` for a model that LeTI trained, else the name of the original model. */
export function modelTitle({ name, run, round }: Made): string {
  if (run === undefined || round === undefined) return name;
  const start = runStart(run);
  return start === undefined ? name : `Round ${round} · ${start}`;
}

/** A model within a sentence, with what it was trained from: `round 1 of Nov 30, 2026, 5:20 PM (SmolLM2-135M)`. */
export function modelPhrase(record: Made): string {
  const { name, run, round } = record;
  const start = run === undefined ? undefined : runStart(run);
  if (start === undefined || round === undefined) return name;
  return `round ${round} of ${start} (${originalName(record)})`;
}

/** The name of the model that training began with. */
export function originalName({ name }: Pick<ModelRecord, 'name'>): string {
  return name.replace(/, LeTI round \d+$/, '');
}

/** `12.5 % (−2.9)`: the pass rate on test tasks with the change that training made; empty where nothing measured it. */
export function rateWords(measured: MeasuredRate | undefined): string {
  if (measured === undefined) return '';
  const { rate, before } = measured;
  return before === undefined
    ? percent(rate.value)
    : `${percent(rate.value)} (${signedPoints(rate.value - before)})`;
}

/** A difference of rates in points with its sign: `+1.4`, `−2.9`, `0.0`. */
export function signedPoints(difference: number): string {
  const text = points(difference);
  if (text === '0.0') return text;
  return text.startsWith('-') ? `−${text.slice(1)}` : `+${text}`;
}

/** What was measured, in one sentence. */
export function measuredSentence(measured: MeasuredRate | undefined): string {
  if (measured === undefined) return 'No run in this folder has measured this model.';
  const { rate, samples, tasks, run } = measured;
  const start = runStart(run);
  return `Test tasks: ${percent(rate.value)} of attempts pass (95 % interval ${rangeText(rate)}), with ${samples} attempts at ${tasks} tasks${start === undefined ? '' : `, run of ${start}`}.`;
}

/** The pass rate and what the gate decided, behind a model's title: `12.5 % (−2.9) · not better`. */
export function modelFacts({ active, measured }: Pick<StoredModelSummary, 'active' | 'measured'>): string {
  return [active ? 'in use' : '', rateWords(measured), answerWords(measured)]
    .filter((fact) => fact !== '')
    .join(' · ');
}

/** What the model's run said of it: `better`, `not better`, `can't tell yet`; empty where it said nothing. */
export function answerWords(measured: MeasuredRate | undefined): string {
  return measured?.decision === undefined ? '' : DECIDED[measured.decision];
}

const DECIDED = { promote: 'better', refuse: 'not better', undecided: "can't tell yet" } as const;

/**
 * What a person should confirm before a model is used that a run did not find better; undefined where there is nothing
 * to ask. An original model needs no approval.
 */
export function promotionQuestion({
  record,
  measured,
}: Pick<StoredModelSummary, 'record' | 'measured'>): { question: string; detail: string } | undefined {
  if (record.run === undefined || measured?.decision === 'promote') return undefined;
  const why = {
    refuse: 'Its run found it not better than the model before.',
    undecided: 'Its run could not tell whether it is better than the model before.',
    unknown: 'No run in this folder has compared it with the model before.',
  }[measured?.decision ?? 'unknown'];
  const before =
    measured?.before === undefined ? '' : ` The model before: ${percent(measured.before)} of attempts.`;
  const facts = measured === undefined ? '' : ` ${measuredSentence(measured)}${before}`;
  return { question: `Use ${modelPhrase(record)} anyway?`, detail: `${why}${facts}` };
}

/** The order of a list: the active model, then those that this folder's runs measured, the newest first, then the others. */
export function byRelevance(a: StoredModelSummary, b: StoredModelSummary): number {
  const rank = ({ active, measured }: StoredModelSummary): number =>
    active ? 0 : measured === undefined ? 2 : 1;
  const made = ({ record, measured }: StoredModelSummary): string => record.run ?? measured?.run ?? '';
  const byTime = made(a) < made(b) ? 1 : made(a) > made(b) ? -1 : 0;
  return rank(a) - rank(b) || byTime || (b.record.round ?? 0) - (a.record.round ?? 0);
}
