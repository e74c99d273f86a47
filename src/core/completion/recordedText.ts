import type { RecordedCompletion } from '../../protocol/recordedCompletion.ts';

const WORDS = {
  accepted: 'accepted',
  partly: 'accepted in part',
  typed: 'typed by hand',
  rejected: 'not accepted',
} as const;
const LATER = { kept: 'kept unchanged', edited: 'edited later', removed: 'removed later' } as const;

/** What LeTI records of completions. The consent dialog and the list of records show it. */
export const WHAT_IS_RECORDED = [
  'For each suggested completion, LeTI records its text, the function around it, the file, the time and the model. It records whether you accepted all of it, part of it, or none. For accepted text, it also records how you change that text in the next five minutes.',
  'The records stay in LeTI’s data folder on this computer. LeTI keeps the newest 500 completions per workspace and sends them to nobody.',
  'The next training in this workspace runs functions that have tests with the recorded text in them. LeTI learns from the results as from the model’s own programs. It never trains on held-out tasks.',
] as const;

/** All records of a workspace as text for people, newest first. */
export function recordedText(records: readonly RecordedCompletion[]): string {
  const count = records.length === 1 ? '1 completion is' : `${records.length} completions are`;
  const parts = [`${count} recorded in this workspace.`, ...WHAT_IS_RECORDED];
  return `${[...parts, ...records.toReversed().map(entry)].join('\n\n')}\n`;
}

function entry(record: RecordedCompletion): string {
  const place = record.function === undefined ? record.path : `${record.path}, ${record.function}`;
  const fate = [WORDS[record.outcome], ...(record.later === undefined ? [] : [LATER[record.later]])];
  const edited = record.kept !== undefined && record.kept !== record.shown;
  return [
    `## ${record.at} ${place}`,
    `${fate.join(', ')}; model ${record.model}`,
    indented('shown', record.shown),
    ...(edited ? [indented('in its place now', record.kept ?? '')] : []),
  ].join('\n');
}

function indented(title: string, text: string): string {
  return [`${title}:`, ...text.split('\n').map((line) => `    ${line}`.trimEnd())].join('\n');
}
