import type { ActionName, FlagName, NextStep, SettingName, StepPart } from '../../protocol/errors.ts';

/** How a front end names what a next step speaks of. */
export interface StepWords {
  settings: Record<SettingName, string>;
  /** In the imperative, without a full stop; the argument is the id of a run. */
  actions: Record<ActionName, (argument: string | undefined) => string>;
  /** Left out where the front end has no such options: their sentences are not said. */
  flags?: Record<FlagName, string>;
}

/** A next step in a front end's words: its sentences, separated by spaces. */
export function wordStep(nextStep: NextStep, words: StepWords): string {
  return nextStep
    .filter((sentence) => words.flags !== undefined || !sentence.some(isFlag))
    .map((sentence) => capitalised(sentence.map((part) => wordPart(part, words)).join('')))
    .join(' ');
}

function wordPart(part: StepPart, words: StepWords): string {
  if (typeof part === 'string') return part;
  if ('setting' in part) return words.settings[part.setting];
  if ('action' in part) return words.actions[part.action](part.argument);
  return words.flags?.[part.flag] ?? '';
}

function isFlag(part: StepPart): boolean {
  return typeof part !== 'string' && 'flag' in part;
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
