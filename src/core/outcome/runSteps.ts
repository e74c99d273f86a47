import type { RunEvent } from '../../protocol/run.ts';
import { phaseLabel } from '../evaluation/taskHistory.ts';
import { runSeconds, type Amount, type Speeds, type TaskCounts } from '../learning/budget.ts';
import { duration, progressAmount } from '../text/words.ts';

type StepsEvent = Extract<RunEvent, { event: 'steps' }>;
type ProgressEvent = Extract<RunEvent, { event: 'progress' }>;

/** Less of a step, or less time, says nothing of how long the rest takes. */
const KNOWN_SHARE = 0.05;
const KNOWN_SECONDS = 20;

/** The steps of a run in their order, each with the seconds that it is expected to take. */
export function plannedSteps(amount: Amount, counts: TaskCounts, speeds: Speeds): StepsEvent['steps'] {
  const { rounds, samples, heldOutSamples } = amount;
  const measure = counts.heldOut * heldOutSamples * speeds.measure + speeds.model;
  const write = counts.train * samples * speeds.sample;
  const tested = counts.heldOut > 0;
  const one = { ...amount, rounds: 1, looks: 1, measureTrain: false };
  // What a round takes beside its attempts and the measuring before and after it.
  const train = tested
    ? Math.max(0, runSeconds(one, counts, speeds) - write - 2 * measure)
    : Math.max(0, runSeconds(one, counts, speeds) - 2 * write - 2 * speeds.model);
  const steps = tested ? [{ phase: 'evaluate/0/held-out', seconds: measure }] : [];
  for (let round = 1; round <= rounds; round++) {
    steps.push({ phase: `sample/${round}`, seconds: write }, { phase: `train/${round}`, seconds: train });
    if (tested) steps.push({ phase: `evaluate/${round}/held-out`, seconds: measure });
  }
  if (amount.measureTrain || !tested) steps.push({ phase: 'evaluate/train', seconds: write });
  return steps;
}

/** How far a run is. */
export interface RunPosition {
  /** Number of the step, from 1. */
  step: number;
  steps: number;
  label: string;
  /** `12 of 48`; undefined between two counted works. */
  amount: string | undefined;
  /** Share of the whole run, 0 to 1. */
  share: number;
  /** Undefined while too little was done to know. */
  secondsLeft: number | undefined;
}

/** Follows a run through its steps. It hears each event and measures the steps by the times in them. */
export class RunSteps {
  #steps: StepsEvent['steps'] = [];
  #current = 0;
  #progress: ProgressEvent | undefined;
  /** Expected and real seconds of what was worked on so far, by phase. */
  readonly #worked = new Map<string, { expected: number; real: number }>();

  hear(event: RunEvent): void {
    if (event.event === 'steps') this.#steps = event.steps;
    else if (event.event === 'progress') this.#hearProgress(event);
    else if (event.event === 'training') this.#finish(`train/${event.round}`);
    else if (event.event === 'evaluation' && event.evaluation.side === 'held-out')
      this.#finish(`evaluate/${event.evaluation.round}/held-out`);
  }

  /** Undefined before the steps of the run are known. */
  position(): RunPosition | undefined {
    const step = this.#steps[Math.min(this.#current, this.#steps.length - 1)];
    if (step === undefined) return undefined;
    const progress = this.#progress;
    const whole = this.#steps.reduce((sum, { seconds }) => sum + seconds, 0);
    const before = this.#steps.slice(0, this.#current).reduce((sum, { seconds }) => sum + seconds, 0);
    const inStep = progress === undefined || progress.total === 0 ? 0 : progress.done / progress.total;
    const done = Math.min(whole, before + inStep * step.seconds);
    return {
      step: Math.min(this.#current + 1, this.#steps.length),
      steps: this.#steps.length,
      label: phaseLabel(progress?.phase ?? step.phase),
      amount: progress === undefined ? undefined : progressAmount(progress),
      share: whole === 0 ? 0 : done / whole,
      secondsLeft: this.#secondsLeft(whole - done),
    };
  }

  #hearProgress(event: ProgressEvent): void {
    const index = indexOf(this.#steps, event.phase);
    const step = this.#steps[index];
    if (step === undefined) return;
    // Another look of the gate measures an earlier model once more.
    if (index < this.#current) return;
    this.#current = index;
    this.#progress = event;
    const share = (event.programs ?? event.done) / Math.max(1, event.total);
    this.#worked.set(event.phase, { expected: share * step.seconds, real: event.seconds });
  }

  #finish(phase: string): void {
    const index = indexOf(this.#steps, phase);
    if (index < this.#current) return;
    this.#current = index + 1;
    this.#progress = undefined;
  }

  /** The expected seconds, as much longer or shorter as the work so far was. */
  #secondsLeft(expected: number): number | undefined {
    const worked = [...this.#worked.values()];
    const real = worked.reduce((sum, one) => sum + one.real, 0);
    const planned = worked.reduce((sum, one) => sum + one.expected, 0);
    const shortest = Math.min(...this.#steps.map(({ seconds }) => seconds).filter((seconds) => seconds > 0));
    if (real < KNOWN_SECONDS || planned < KNOWN_SHARE * shortest) return undefined;
    return (expected * real) / planned;
  }
}

/** `Step 2 of 4: training tasks, sampled in round 1 · 40 of 88 · about 6 minutes left` */
export function positionLine({ step, steps, label, amount, secondsLeft }: RunPosition): string {
  return [
    `Step ${step} of ${steps}: ${label}`,
    ...(amount === undefined ? [] : [amount]),
    ...(secondsLeft === undefined ? [] : [`about ${duration(secondsLeft)} left`]),
  ].join(' · ');
}

function indexOf(steps: StepsEvent['steps'], phase: string): number {
  return steps.findIndex(
    (step) => step.phase === phase || (step.phase === 'evaluate/train' && isTrain(phase)),
  );
}

function isTrain(phase: string): boolean {
  return /^evaluate\/\d+\/train/.test(phase);
}
