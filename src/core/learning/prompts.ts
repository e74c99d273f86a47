import type { Condition, Markers, PromptStyle, VerdictForm } from '../../protocol/model.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import { FENCE } from '../text/trimming.ts';

/**
 * The segments before the program: the task in the user's turn, then the answer's opening fence and the task's
 * prefix, which the model continues. The header is part of the prompt because asking with it triples the pass rate of
 * small models. Never ends in white space.
 */
export function taskSegments(task: Task, style: PromptStyle): PromptSegment[] {
  const frame = style.frame;
  if (frame === undefined) {
    return [{ kind: 'text', text: plain(`"""\n${task.instruction}\n"""\n${task.prefix}`, style.markers) }];
  }
  return [
    { kind: 'frame', text: frame.before },
    { kind: 'text', text: plain(task.instruction, style.markers) },
    { kind: 'frame', text: frame.after },
    { kind: 'text', text: plain(`${FENCE}python\n${task.prefix}`, style.markers) },
  ];
}

/** A whole prompt for sampling: the task, under the verdict that is asked for. */
export function samplingPrompt(task: Task, style: PromptStyle, condition: Condition): PromptSegment[] {
  return placeVerdict(taskSegments(task, style), verdictSegments(style, condition), style);
}

/** The verdict under which a program is asked for or learnt; nothing where there is none. */
export function verdictSegments({ markers }: PromptStyle, condition: Condition): PromptSegment[] {
  if (condition === 'none') return [];
  return [{ kind: 'frame', text: markers[condition].repeat(markers.verdict?.times ?? 1) }];
}

/** A model's style, with the verdict in the given form. */
export function withVerdictForm(style: PromptStyle, verdict: VerdictForm | undefined): PromptStyle {
  return verdict === undefined ? style : { ...style, markers: { ...style.markers, verdict } };
}

/** Puts a verdict before all parts (section 2.2 of the paper), or before the last of them, which begins the answer. */
export function placeVerdict<T>(parts: readonly T[], verdict: readonly T[], { markers }: PromptStyle): T[] {
  return parts.toSpliced(markers.verdict?.at === 'answer' ? -1 : 0, 0, ...verdict);
}

/** What follows the program in a training text, so that the model learns to stop: closing fence and end of turn. */
export function endSegment(style: PromptStyle): PromptSegment {
  return {
    kind: 'frame',
    text: style.frame === undefined ? style.endOfText : `\n${FENCE}${style.frame.end}`,
  };
}

/**
 * Text that is not ours (programs, feedback, the workspace's code), safe to put between markers. Reserved markers
 * cannot be spelled by text that is tokenised with special tokens off; plain ones are broken by a space.
 */
export function plain(text: string, markers: Markers): string {
  if (markers.reserved) return text;
  let safe = text;
  for (const marker of [markers.good, markers.bad, markers.feedbackBegin, markers.feedbackEnd]) {
    safe = safe.replaceAll(marker, `${marker.slice(0, 1)} ${marker.slice(1)}`);
  }
  return safe;
}
