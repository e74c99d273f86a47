import type { Condition, Markers, PromptStyle } from '../protocol/model.ts';
import type { PromptSegment } from '../protocol/sampling.ts';
import type { Task } from '../protocol/task.ts';

const FENCE = '```';

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

/** A whole prompt for sampling: the verdict under which the program is asked for, then the task. */
export function samplingPrompt(task: Task, style: PromptStyle, condition: Condition): PromptSegment[] {
  const segments = taskSegments(task, style);
  return condition === 'none' ? segments : [{ kind: 'frame', text: style.markers[condition] }, ...segments];
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
