import type { UsedCompletion } from '../../protocol/use.ts';

const WORDS = {
  accepted: 'accepted',
  partly: 'accepted in part',
  typed: 'written by hand as it was shown',
  rejected: 'not taken',
} as const;
const LATER = { kept: 'kept as it was', edited: 'edited later', removed: 'removed later' } as const;

/** What is recorded of completions, plainly explained: said before it begins and above what there is. */
export const WHAT_IS_RECORDED = [
  'Of each completion that was shown: its text, the function around it, the file and the time, the model, and whether you took it, took a part, or did not take it; of what you took also the text that stands in its place while you go on, for up to five minutes.',
  'It stays in LeTI’s data folder on this machine, the newest 500 completions of each workspace, and is sent to nobody.',
  'The next training of this workspace runs the functions that have tests with the text in them. What that says is learned from as from the model’s own programs. Tasks that are held out are never trained on.',
] as const;

/** Everything that is recorded of a workspace, to be read by people, the newest first. */
export function recordedText(records: readonly UsedCompletion[]): string {
  const count = records.length === 1 ? '1 completion is' : `${records.length} completions are`;
  const parts = [`${count} recorded in this workspace.`, ...WHAT_IS_RECORDED];
  return `${[...parts, ...records.toReversed().map(entry)].join('\n\n')}\n`;
}

function entry(record: UsedCompletion): string {
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
