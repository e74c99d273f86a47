/** How much work fits into a time, and how long a work takes. */
import { MOST_LOOKS } from '../evaluation/gate.ts';

/** Tasks of a run by side. */
export interface TaskCounts {
  train: number;
  heldOut: number;
}

/** The numbers that decide how long a run takes. */
export interface Amount {
  rounds: number;
  /** Programs per training task and round. */
  samples: number;
  /** Programs per held-out task and look, before the first round and after each. */
  heldOutSamples: number;
  /** How often the gate may look, each time with so many more programs of both models; 1 if missing. */
  looks?: number;
  measureTrain: boolean;
}

/** How fast a machine does each part of a run with one model. */
export interface Speeds {
  /** Seconds to write and run one program of a training task. */
  sample: number;
  /** The same for held-out tasks, which the form that completions use writes. */
  measure: number;
  /** Seconds of training per text, in one round. */
  train: number;
  /** Seconds per model for its exports, process starts and the rest. */
  model: number;
}

/** What a machine can do, as a short probe found. */
export interface Machine {
  /** 10^9 float32 operations per second in matrix products. */
  gflops: number;
  /** Bytes that are free. */
  memory: number;
  accelerator: 'cuda' | 'mps' | undefined;
}

/** Tasks and programs by which models are compared. */
export const STANDARD_COUNTS: TaskCounts = { train: 42, heldOut: 18 };
export const STANDARD_AMOUNT: Amount = { rounds: 1, samples: 8, heldOutSamples: 8, measureTrain: false };
/** The longest standard round of a model that LeTI chooses by itself. */
export const COFFEE_BREAK_SECONDS = 30 * 60;

/** Tokens of a typical prompt, of a program, and of a training text with its prompt. */
const PROMPT_TOKENS = 150;
const PROGRAM_TOKENS = 45;
const TEXT_TOKENS = 130;
/** Share of the probe's rate that each part reaches (docs/results/sampling.md, training.md). */
const SAMPLING_EFFICIENCY = 0.6;
const TRAINING_EFFICIENCY = 0.6;
/** Operations per parameter and token: two to compute, two more for each kind of gradient. */
const FORWARD = 2;
const FULL_TRAINING = 6;
const LORA_TRAINING = 4;
const LORA_FROM_PARAMETERS = 300e6;
/** Distinct passing programs per training task: half of the samples at first, and soon no new ones. */
const TEXTS_PER_SAMPLE = 0.5;
const MOST_TEXTS_PER_TASK = 2.5;
const EPOCHS = 2;
/** Process starts, and what an export takes per parameter. */
const START_SECONDS = 25;
const EXPORT_SECONDS_PER_PARAMETER = 40e-9;
/** How much faster than the CPU's probe an accelerator is at least. */
const ACCELERATOR_GFLOPS = 5000;

/** Programs per held-out task of a look that is worth its time. */
const ENOUGH_HELD_OUT_SAMPLES = 8;
/** Programs per training task after which another look of the gate pays more. */
const SAMPLES_BEFORE_LOOKS = 4;
const MOST_SAMPLES = 32;
export const FEWEST_SAMPLES = 2;
/** Programs per training task beyond which another round pays more. */
const SAMPLES_BEFORE_ROUNDS = 16;
const MOST_ROUNDS = 50;

/** Speeds of a model that was not measured on this machine yet. */
export function expectedSpeeds(parameters: number, machine: Pick<Machine, 'gflops' | 'accelerator'>): Speeds {
  const rate = (machine.accelerator === undefined ? machine.gflops : ACCELERATOR_GFLOPS) * 1e9;
  const perToken = (FORWARD * parameters) / (rate * SAMPLING_EFFICIENCY);
  const sample = perToken * (PROGRAM_TOKENS + PROMPT_TOKENS / STANDARD_AMOUNT.samples);
  const training = parameters < LORA_FROM_PARAMETERS ? FULL_TRAINING : LORA_TRAINING;
  return {
    sample,
    measure: sample,
    train: (EPOCHS * TEXT_TOKENS * training * parameters) / (rate * TRAINING_EFFICIENCY),
    model: START_SECONDS + EXPORT_SECONDS_PER_PARAMETER * parameters,
  };
}

/** Seconds that a run takes. */
export function runSeconds(amount: Amount, counts: TaskCounts, speeds: Speeds): number {
  return runPrograms(amount, counts).sampled * speeds.sample + restSeconds(amount, counts, speeds);
}

/** Programs that a run writes: of training tasks, and of held-out tasks. */
export function runPrograms(
  { rounds, samples, heldOutSamples, looks = 1, measureTrain }: Amount,
  { train, heldOut }: TaskCounts,
): { sampled: number; measured: number } {
  const passes = rounds + (measureTrain || heldOut === 0 ? 1 : 0);
  return { sampled: passes * train * samples, measured: (rounds + 1) * heldOut * heldOutSamples * looks };
}

function restSeconds(amount: Amount, counts: TaskCounts, speeds: Speeds): number {
  const { measured } = runPrograms(amount, counts);
  return (
    measured * speeds.measure +
    amount.rounds * textsOf(amount.samples, counts) * speeds.train +
    (amount.rounds + 1) * speeds.model
  );
}

function looksOf({ looks = 1 }: Amount): number {
  return looks;
}

/** Training texts of one round. */
function textsOf(samples: number, { train }: TaskCounts): number {
  return train * Math.min(MOST_TEXTS_PER_TASK, TEXTS_PER_SAMPLE * samples);
}

/** Seconds of a standard round with a model of so many parameters. */
export function standardRound(parameters: number, machine: Pick<Machine, 'gflops' | 'accelerator'>): number {
  return runSeconds(STANDARD_AMOUNT, STANDARD_COUNTS, expectedSpeeds(parameters, machine));
}

/**
 * The amount of work for a time. First come the programs of one look and a few per training task. Then come the looks that
 * the gate needs to decide, then more programs per training task, then more rounds. `enough` is false where even the least work
 * takes longer.
 */
export function amountFor(
  seconds: number,
  counts: TaskCounts,
  speeds: Speeds,
): { amount: Amount; enough: boolean } {
  const of = (rounds: number, samples: number, heldOutSamples: number): Amount => ({
    ...{ rounds, samples, heldOutSamples, looks: 1, measureTrain: false },
  });
  const fits = (amount: Amount): boolean => runSeconds(amount, counts, speeds) <= seconds;
  for (const heldOutSamples of [ENOUGH_HELD_OUT_SAMPLES, 4, 2]) {
    if (!fits(of(1, FEWEST_SAMPLES, heldOutSamples))) continue;
    let amount = of(1, FEWEST_SAMPLES, heldOutSamples);
    const more = (next: Amount): boolean => {
      if (fits(next)) amount = next;
      return amount === next;
    };
    const addSamples = (most: number): void => {
      while (amount.samples < most && more({ ...amount, samples: amount.samples + 1 }));
    };
    addSamples(SAMPLES_BEFORE_LOOKS);
    if (heldOutSamples === ENOUGH_HELD_OUT_SAMPLES)
      while (looksOf(amount) < MOST_LOOKS && more({ ...amount, looks: looksOf(amount) + 1 }));
    addSamples(SAMPLES_BEFORE_ROUNDS);
    while (amount.rounds < MOST_ROUNDS && more({ ...amount, rounds: amount.rounds + 1 }));
    addSamples(MOST_SAMPLES);
    return { amount, enough: true };
  }
  return { amount: of(1, FEWEST_SAMPLES, 2), enough: false };
}

/**
 * The programs per training task of a round, so that the rest of a run fits into the seconds that are left. Undefined where
 * the round no longer fits at all: then the run ends with the round before.
 */
export function samplesForRound(
  left: { seconds: number; rounds: number },
  planned: Amount,
  counts: TaskCounts,
  speeds: Speeds,
): number | undefined {
  const rounds = Math.max(1, left.rounds);
  const perRound = left.seconds / rounds;
  // Of both models, without the look before the first round.
  const looksLeft = ((rounds + 1) * looksOf(planned) - 1) / rounds;
  // What is left has no measurement before its first round.
  const seconds = (samples: number): number =>
    counts.train * samples * speeds.sample +
    textsOf(samples, counts) * speeds.train +
    counts.heldOut * planned.heldOutSamples * looksLeft * speeds.measure +
    speeds.model;
  let samples = Math.max(planned.samples, SAMPLES_BEFORE_ROUNDS);
  while (samples >= FEWEST_SAMPLES && seconds(samples) > perRound) samples -= 1;
  return samples < FEWEST_SAMPLES ? undefined : samples;
}
