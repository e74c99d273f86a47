import { z } from 'zod';
import { BOUNDS, within, wholeWithin } from './bounds.ts';
import { SamplerEndpoint } from './engines.ts';
import { NextStep } from './errors.ts';
import { FeedbackPreset, Verdict } from './execution.ts';
import { Condition, PromptStyle } from './model.ts';
import { Device, Trained, TrainingSettings } from './training.ts';

/** Everything that decides what a run does; stored with it, so that a resumed run does the same. */
export const RunConfig = z.strictObject({
  /** Real path of the workspace folder. */
  workspace: z.string(),
  /** Task files instead of the workspace's own tasks. */
  tasksFile: z.string().optional(),
  heldOutFile: z.string().optional(),
  /** The newest commits of the workspace's repository that are looked through for tasks. */
  historyCommits: wholeWithin(BOUNDS.historyCommits).default(0),
  /** Ids of tasks that the user took out. */
  skipTasks: z.array(z.string()).default([]),
  /** How the model was named by the user; the run keeps the hash that it resolved to. */
  model: z.string(),
  /** A name that the run's table of objectives holds, or `auto`; also one of an earlier version in a stored run. */
  objective: z.string(),
  /** The time for the whole run. Rounds and programs follow from it, and are corrected before each round. */
  minutes: within(BOUNDS.minutes).optional(),
  rounds: wholeWithin(BOUNDS.rounds),
  /** Per training task and round. */
  samples: wholeWithin(BOUNDS.samples),
  /** Per held-out task and look of the gate. */
  heldOutSamples: wholeWithin(BOUNDS.heldOutSamples),
  /** How often the gate may look: it adds samples until it can decide. Runs of earlier versions looked once. */
  looks: z.int().min(1).max(3).default(1),
  temperature: within(BOUNDS.temperature),
  topP: z.number().gt(0).max(1),
  topK: z.int().min(0),
  maxTokens: wholeWithin(BOUNDS.maxTokens),
  /** Rows decoded at once. */
  batchRows: z.int().positive(),
  seed: wholeWithin(BOUNDS.seed),
  device: Device,
  timeoutSeconds: within(BOUNDS.timeoutSeconds),
  /** Trains on verdicts that cannot be forged and leaves the others out. */
  sealedOnly: z.boolean().default(false),
  /** Runs the workspace's tests once, in the sandbox, to see which functions they cover. */
  runTests: z.boolean().default(false),
  /** Trains on tasks too whose checks are weak. */
  weakTasks: z.boolean().default(false),
  feedback: FeedbackPreset.default('full'),
  /**
   * Whether the training tasks are asked once more at the end, which takes as long as a round's sampling. Without held-out
   * tasks they always are.
   */
  measureTrain: z.boolean().default(false),
  /** Where the programs of rounds are written, if not on this machine. Holds no key. */
  endpoint: SamplerEndpoint.optional(),
  training: TrainingSettings,
});
export type RunConfig = z.infer<typeof RunConfig>;

/** What is stored may be beyond the bounds for people: earlier versions had none. */
const StoredNumbers = RunConfig.extend({
  historyCommits: z.int().min(0).default(0),
  rounds: z.int().positive(),
  samples: z.int().positive(),
  heldOutSamples: z.int().positive(),
  temperature: z.number().min(0),
  maxTokens: z.int().positive(),
  timeoutSeconds: z.number().positive(),
  training: TrainingSettings.extend({
    learningRate: z.number().positive().optional(),
    epochs: z.int().positive(),
    batchSize: z.int().positive(),
  }),
});

/** The options that earlier versions stored, with the one value that today's runs still have. */
const REMOVED_OPTIONS: Readonly<Record<string, unknown>> = {
  lossOn: 'program',
  mix: 0,
  trainFrom: 'newest',
  verdict: undefined,
};

/**
 * A stored configuration, also one of an earlier version. `removed` names its options that today's version lacks; a run with
 * such options can be shown but not resumed.
 */
export const StoredRunConfig = z.looseObject({}).transform((stored, context) => {
  const isRemoved = (name: string): boolean => name in REMOVED_OPTIONS;
  const known = Object.fromEntries(Object.entries(stored).filter(([name]) => !isRemoved(name)));
  const config = StoredNumbers.safeParse(known);
  if (!config.success) {
    for (const { path, message } of config.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }
  const removed = Object.entries(stored)
    .filter(([name, value]) => isRemoved(name) && value !== REMOVED_OPTIONS[name])
    .map(([name]) => name);
  return { config: config.data, removed };
});

export const RunStatus = z.enum(['running', 'interrupted', 'failed', 'finished']);
export type RunStatus = z.infer<typeof RunStatus>;

/** Which tasks a stage is about: those that are trained on, or those that never are. */
export const Side = z.enum(['train', 'held-out']);
export type Side = z.infer<typeof Side>;

/** One program for one task, with its verdict. */
export const Sample = z.strictObject({
  taskId: z.string(),
  sample: z.int().min(0),
  /** What the model wrote, untrimmed. */
  decoded: z.string(),
  /** The trimmed completion of the task's prefix. */
  completion: z.string(),
  verdict: Verdict,
  /** Exception class, or the verdict where there is none. */
  errorType: z.string(),
  feedback: z.string(),
  checksPassed: z.int(),
  checksTotal: z.int(),
  /** Programs with the same hash are one program. */
  hash: z.string(),
  tokens: z.int(),
  finish: z.enum(['end', 'stop', 'length']),
  /** True when the verdict could not be forged: the program ran apart from its checks. */
  sealed: z.boolean(),
  durationMs: z.number(),
  /** Missing where a store before version 5 did not note it. */
  queueMs: z.number().optional(),
});
export type Sample = z.infer<typeof Sample>;

/** How a stage's samples were made; the same for all of them. */
export const SamplingRecord = z.strictObject({
  model: z.string(),
  engine: z.string(),
  condition: Condition,
  tier: z.string(),
  /** With the task and the condition it makes the prompt; not recorded by stores before version 4. */
  style: PromptStyle.optional(),
});
export type SamplingRecord = z.infer<typeof SamplingRecord>;

export const Estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Milliseconds at the median and at the 99th percentile. */
export const Percentiles = z.strictObject({ p50: z.number(), p99: z.number() });
export type Percentiles = z.infer<typeof Percentiles>;

/** How long programs ran, and waited for their turn before. */
export const Timing = z.strictObject({ run: Percentiles, queue: Percentiles });
export type Timing = z.infer<typeof Timing>;

/** What one evaluation found. */
export const Evaluation = z.strictObject({
  round: z.int().min(0),
  side: Side,
  model: z.string(),
  tasks: z.int(),
  samples: z.int(),
  passedSamples: z.int(),
  passedTasks: z.int(),
  /** Samples whose program was judged apart from its checks. */
  sealedSamples: z.int().default(0),
  /** Unbiased pass@k with 95 % bootstrap intervals over tasks, by k. */
  passAt: z.record(z.string(), Estimate),
  /** Samples by error type (`passed` is one of them). */
  errorTypes: z.record(z.string(), z.int()),
  tokensPerProgram: z.number(),
  /** Missing where its samples did not note how long they waited. */
  timing: Timing.optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;

export const GateRecord = z.strictObject({
  round: z.int().positive(),
  decision: z.enum(['promote', 'refuse', 'undecided']),
  reason: z.string(),
  difference: Estimate.optional(),
  model: z.string(),
  /** The active model's and the candidate's held-out evaluation with the samples of all looks. */
  before: Evaluation.optional(),
  after: Evaluation.optional(),
});
export type GateRecord = z.infer<typeof GateRecord>;

/** What a run says about its new model: whether it is better than the one before on test tasks. */
export const RunAnswer = z.enum(['better', 'not better', 'cannot tell']);
export type RunAnswer = z.infer<typeof RunAnswer>;

/** What a run came to: its answer about one of its new models, with what was measured. */
export const RunOutcome = z.strictObject({
  answer: RunAnswer,
  /** The round that made the model. */
  round: z.int().positive(),
  /** Hash of the model that the answer is about. */
  model: z.string(),
  /** Measured on held-out tasks, with the model of before and with the new one. */
  before: Evaluation.optional(),
  after: Evaluation.optional(),
  /** Of the two pass rates, as a share, over the same tasks. */
  difference: Estimate.optional(),
  reason: z.string(),
});
export type RunOutcome = z.infer<typeof RunOutcome>;

/** What a round's training did; `examples` 0 means that there was nothing to train on. */
export const TrainingRecord = Trained.extend({
  model: z.string(),
  /** Missing in runs of earlier versions. */
  objective: z.string().optional(),
  examples: z.int(),
  passes: z.int(),
  failures: z.int(),
  /** Pieces of plain source besides the examples, in runs of earlier versions. */
  mixed: z.int().optional(),
  /** Of the examples, those whose programs were shown as completions instead of being sampled. */
  used: z.int().default(0),
});
export type TrainingRecord = z.infer<typeof TrainingRecord>;

/** Everything that a run found. */
export const RunReport = z.strictObject({
  run: z.string(),
  status: RunStatus,
  config: RunConfig,
  heldOut: z.array(Evaluation),
  train: z.array(Evaluation),
  trainings: z.array(TrainingRecord.extend({ round: z.int() })),
  gates: z.array(GateRecord),
});
export type RunReport = z.infer<typeof RunReport>;

/** The events of a run; the palette, the explorer and the command line show the same events. */
export const RunEvent = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('run'),
    run: z.string(),
    resumed: z.boolean(),
    workspace: z.string(),
  }),
  z.strictObject({ event: z.literal('tasks'), train: z.int(), heldOut: z.int(), dropped: z.int() }),
  /** What the run does from here to its end, in order, with the seconds that each step is expected to take. */
  z.strictObject({
    event: z.literal('steps'),
    steps: z.array(z.strictObject({ phase: z.string(), seconds: z.number().min(0) })),
  }),
  z.strictObject({ event: z.literal('phase'), phase: z.string(), detail: z.string() }),
  z.strictObject({
    event: z.literal('progress'),
    phase: z.string(),
    done: z.number(),
    total: z.number(),
    /** Of `done` and `total`, where they are not things that are counted. */
    unit: z.literal('bytes').optional(),
    /** Programs finished, tokens written and programs passed by this process in this phase, in `seconds`. */
    programs: z.int().optional(),
    tokens: z.int().optional(),
    passed: z.int().optional(),
    loss: z.number().optional(),
    seconds: z.number(),
  }),
  z.strictObject({
    event: z.literal('notice'),
    message: z.string(),
    nextStep: NextStep.optional(),
  }),
  z.strictObject({ event: z.literal('evaluation'), evaluation: Evaluation }),
  z.strictObject({ event: z.literal('training'), round: z.int(), training: TrainingRecord }),
  z.strictObject({ event: z.literal('gate'), gate: GateRecord }),
  z.strictObject({
    event: z.literal('export'),
    model: z.string(),
    precision: z.string(),
    folder: z.string(),
    agreement: z.number(),
    tokens: z.int(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunObserver = (event: RunEvent) => void;
