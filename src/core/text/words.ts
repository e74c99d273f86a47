import { phaseLabel } from '../evaluation/taskHistory.ts';
import type { AvailableModel } from '../../protocol/storedModels.ts';
import type { SamplerEndpoint } from '../../protocol/engines.ts';
import type {
  Evaluation,
  GateRecord,
  Percentiles,
  RunEvent,
  Timing,
  TrainingRecord,
} from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';

/** Figures and events of a run in words: the same on the command line and in the editor. */

type ProgressEvent = Extract<RunEvent, { event: 'progress' }>;

export function percent(fraction: number): string {
  return `${points(fraction)} %`;
}

export function rangeText({ low, high }: { low: number; high: number }): string {
  return `${points(low)} to ${percent(high)}`;
}

/** A fraction in percent, without the sign `%`. A value that rounds to zero has no minus sign. */
export function points(fraction: number): string {
  const text = (fraction * 100).toFixed(1);
  return text === '-0.0' ? '0.0' : text;
}

/** The time at which a run began, in the user's language. People know a run by it. */
export function startText(startedAt: string): string {
  return new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `0.5 GB to download, 1.0 GB of memory to complete and 9.3 GB to train, a round takes about 25 min, Apache-2.0` */
export function availableModelLine(model: AvailableModel): string {
  const { complete, train } = model.memory;
  return [
    model.hash === undefined ? `${bytes(model.downloadBytes)} to download` : 'stored',
    `${bytes(complete)} of memory to complete and ${bytes(train)} to train`,
    model.needsAccelerator ? 'needs a GPU to train' : `a round takes about ${roundTime(model)}`,
    model.licence,
  ].join(', ');
}

/** What a standard round with a model takes, in words. */
export function roundTime({ roundSeconds }: Pick<AvailableModel, 'roundSeconds'>): string {
  return duration(roundSeconds);
}

/** A short name of a model: a folder's last part, or the first characters of a hash. */
export function modelWords(model: string): string {
  if (/^[0-9a-f]{16,}$/.test(model)) return model.slice(0, 8);
  return /^([~./]|[A-Za-z]:)/.test(model)
    ? (model.split(/[/\\]/).findLast((part) => part !== '') ?? model)
    : model;
}

/** `a program ran 4 ms (99 %: 31 ms) and waited 1 ms (99 %: 9 ms)` */
export function timingText({ run, queue }: Timing): string {
  const times = ({ p50, p99 }: Percentiles): string => `${p50.toFixed(0)} ms (99 %: ${p99.toFixed(0)} ms)`;
  return `a program ran ${times(run)} and waited ${times(queue)}`;
}

/** `12.5 % (7.1 to 18.2 %), 24 of 192 programs, 9 of 24 tasks` */
export function rateText(evaluation: Evaluation): string {
  const rate = evaluation.passAt['1'];
  if (rate === undefined) return 'no samples';
  const interval = `(${rangeText(rate)})`;
  return `${percent(rate.value)} ${interval}, ${evaluation.passedSamples} of ${evaluation.samples} programs, ${evaluation.passedTasks} of ${evaluation.tasks} tasks`;
}

export function evaluationLine(evaluation: Evaluation): string {
  const when = evaluation.round === 0 ? 'before training' : `after round ${evaluation.round}`;
  return `${evaluation.side} tasks ${when}: pass@1 ${rateText(evaluation)}`;
}

export function gateLine(gate: GateRecord): string {
  const words = {
    promote: 'promoted: completions use the new model',
    refuse: 'not promoted: completions keep the active model',
    undecided: 'undecided: stored as a candidate, not activated',
  };
  return `Gate after round ${gate.round}: ${words[gate.decision]}; ${gate.reason}`;
}

/** How much of the processor a training used: `, 90 of 120 GFLOPS`; empty in records of earlier versions. */
function speedWords({ gflops, matmulGflops }: TrainingRecord): string {
  if (gflops === undefined || matmulGflops === undefined) return '';
  return `, ${Math.round(gflops)} of ${Math.round(matmulGflops)} GFLOPS`;
}

/** One line about an event of a run. */
export function describeEvent(event: Exclude<RunEvent, ProgressEvent>): string {
  switch (event.event) {
    case 'run':
      return `${event.resumed ? 'Resuming' : 'Starting'} run ${event.run} in ${event.workspace}`;
    case 'tasks':
      return `Tasks: ${event.train} for training, ${event.heldOut} for testing${event.dropped > 0 ? `, ${event.dropped} skipped` : ''}`;
    case 'steps':
      return `Steps: ${event.steps.map(({ phase }) => phaseLabel(phase)).join('; ')}`;
    case 'phase':
      return `${event.phase}: ${event.detail}`;
    case 'notice':
      return `Note: ${event.message}`;
    case 'evaluation':
      return evaluationLine(event.evaluation);
    case 'training':
      return event.training.examples === 0
        ? `Round ${event.round}: nothing trained`
        : `Round ${event.round}: trained ${event.training.objective === undefined ? '' : `by ${event.training.objective} `}on ${event.training.examples} programs${event.training.used === 0 ? '' : ` (${recordedWords(event.training.used)})`} in ${event.training.steps} steps, ${Math.round(event.training.seconds)} s (${event.training.method}, ${event.training.precision}${speedWords(event.training)})`;
    case 'gate':
      return gateLine(event.gate);
    case 'export':
      return `Exported ${event.precision}: ${percent(event.agreement)} of ${event.tokens} tokens agree with torch; ${event.folder}`;
  }
}

/** The sources of a task's checks in words. */
const SOURCES: Record<Task['source'], string> = {
  tests: 'tests',
  doctests: 'doctests',
  history: 'a commit',
  file: 'a file',
  mbpp: 'MBPP',
  humaneval: 'HumanEval',
};

/** The number of a task's checks and their source: `3 checks from tests` */
export function checksWords(checks: number, source: Task['source']): string {
  return `${checks} ${checks === 1 ? 'check' : 'checks'} from ${SOURCES[source]}`;
}

/** `3 recorded completions` */
export function recordedWords(count: number): string {
  return `${count} recorded ${count === 1 ? 'completion' : 'completions'}`;
}

/** `sample/1: 12 of 48 (3.1 programs/s, 8.3 % passed)` */
export function progressLine(event: ProgressEvent): string {
  const facts = progressFacts(event);
  return `${event.phase}: ${progressAmount(event)}${facts === '' ? '' : ` (${facts})`}`;
}

/** `12 of 48`, or `98.4 MB of 491.4 MB` */
export function progressAmount({ done, total, unit }: ProgressEvent): string {
  const words = unit === 'bytes' ? bytes : String;
  return `${words(done)} of ${words(total)}`;
}

/** Rates and time left, from the work of this process in this phase. */
export function progressFacts(event: ProgressEvent): string {
  const parts: string[] = [];
  const { seconds } = event;
  if (event.programs !== undefined && event.programs > 0 && seconds > 0) {
    parts.push(`${(event.programs / seconds).toFixed(1)} programs/s`);
  }
  if (event.tokens !== undefined && event.tokens > 0 && seconds > 0) {
    parts.push(`${Math.round(event.tokens / seconds)} tokens/s`);
  }
  if (event.passed !== undefined && event.programs !== undefined && event.programs > 0) {
    parts.push(`${percent(event.passed / event.programs)} passed`);
  }
  if (event.loss !== undefined) parts.push(`loss ${event.loss.toFixed(3)}`);
  const worked = event.programs ?? event.done;
  // A first program says nothing of the rest.
  if (worked >= 0.05 * event.total && event.done < event.total && seconds > 1) {
    parts.push(`${duration((seconds / worked) * (event.total - event.done))} left`);
  }
  return parts.join(', ');
}

/** A time in seconds, or in minutes from 120 seconds on. */
export function duration(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Who writes the programs of a run at an endpoint, and with which weights. */
export function endpointWords({ kind, url, model, weights }: SamplerEndpoint): string {
  const whose = weights === 'none' ? 'its own weights in every round' : 'the weights of each round';
  return `${url} (${kind}) writes the programs of rounds: ${model ?? 'its model'}, ${whose}`;
}
