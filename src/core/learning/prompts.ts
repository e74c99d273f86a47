import type { Condition, Markers, PromptStyle } from '../../protocol/model.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import { FENCE } from '../text/trimming.ts';

/**
 * The segments before the program: the task in the user's turn, then the opening fence of the answer and the task's
 * prefix, which the model continues. The prefix holds the function's header, which triples the pass rate of small
 * models. Never ends in white space.
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

/** The whole prompt for sampling: the verdict, if any, before the task (section 2.2 of the paper). */
export function samplingPrompt(task: Task, style: PromptStyle, condition: Condition): PromptSegment[] {
  return [...verdictSegments(style, condition), ...taskSegments(task, style)];
}

/** The marker of a verdict in a prompt or training text; empty for `none`. */
export function verdictSegments({ markers }: PromptStyle, condition: Condition): PromptSegment[] {
  if (condition === 'none') return [];
  return [{ kind: 'frame', text: markers[condition] }];
}

/** The end of a training text, which teaches the model to stop: closing fence and end of turn. */
export function endSegment(style: PromptStyle): PromptSegment {
  return {
    kind: 'frame',
    text: style.frame === undefined ? style.endOfText : `\n${FENCE}${style.frame.end}`,
  };
}

/**
 * Foreign text (programs, feedback, code of the workspace), safe between markers. The tokenizer never makes a reserved marker
 * from such text. A plain marker in it gets a space, which breaks it.
 */
export function plain(text: string, markers: Markers): string {
  if (markers.reserved) return text;
  let safe = text;
  for (const marker of [markers.good, markers.bad, markers.feedbackBegin, markers.feedbackEnd]) {
    safe = safe.replaceAll(marker, `${marker.slice(0, 1)} ${marker.slice(1)}`);
  }
  return safe;
}
