import { z } from 'zod';
import { BOUNDS, within, wholeWithin } from './bounds.ts';
import { FeedbackPreset } from './execution.ts';
import { Condition, ObjectiveChoice } from './model.ts';
import { RunStatus } from './run.ts';
import { Device, Likelihoods, TrainingSettings } from './training.ts';

/** Objectives that only experiments compare (src/app/bench/objectives.ts). */
export const ExperimentObjective = z.enum([
  'fcft-binary',
  'fcft-paper',
  'fcft-mixed',
  'unchecked',
  'repair',
  'pretraining',
]);
export type ExperimentObjective = z.infer<typeof ExperimentObjective>;

/** The settings that an experiment may give all arms, and an arm itself. */
const Settings = z.strictObject({
  temperature: within(BOUNDS.temperature).optional(),
  maxTokens: wholeWithin(BOUNDS.maxTokens).optional(),
  feedback: FeedbackPreset.optional(),
  sealedOnly: z.boolean().optional(),
  training: TrainingSettings.omit({ seed: true, steps: true })
    .extend({ steps: z.int().min(0) })
    .partial()
    .optional(),
});

/** One way to learn, compared with the others of its experiment. */
export const Arm = Settings.extend({
  objective: z.enum([...ObjectiveChoice.options, ...ExperimentObjective.options]),
  /** An arm that stands before this one: it begins with the model that the other came to with the same seed. */
  after: z.string().optional(),
});
export type Arm = z.infer<typeof Arm>;

/** Tasks that each arm's model is measured on at the very end. They decide nothing. */
export const FinalTasks = z.strictObject({
  tasks: z.string().min(1),
  /** 1 is greedy. */
  samples: z.int().positive().default(1),
  /** Verdicts under which models that learnt them are asked too, besides the one that they are made to be asked under. */
  alsoUnder: z.array(Condition).default([]),
  /** Arms whose models are measured; all where it is missing. */
  arms: z.array(z.string()).optional(),
});
export type FinalTasks = z.infer<typeof FinalTasks>;

/**
 * Several ways to learn on the same tasks with the same seeds, as a file. Its paths are relative to the file. What an arm
 * does not set is the experiment's, then the default of a run.
 */
export const Experiment = z
  .strictObject({
    format: z.literal(1),
    /** One or two sentences: what is asked. */
    question: z.string().min(1),
    model: z.string().min(1).default('default'),
    tasks: z.string().min(1),
    /** Tasks that are measured after each round, and by which choices are made. */
    validation: z.string().min(1),
    /** By a name. */
    finals: z.record(z.string().min(1), FinalTasks).default({}),
    /** Whether each arm's model is measured on Python source that no training saw. */
    perplexity: z.boolean().default(false),
    rounds: wholeWithin(BOUNDS.rounds),
    samples: wholeWithin(BOUNDS.samples),
    validationSamples: wholeWithin(BOUNDS.heldOutSamples),
    seeds: z.array(z.int().min(0)).min(1),
    device: Device.default('auto'),
    settings: Settings.default({}),
    /** By name, in the order in which they run; each seed goes through all of them before the next. */
    arms: z.record(z.string().regex(/^[\w-]+$/), Arm),
  })
  .superRefine(({ arms, finals }, context) => {
    const names = Object.keys(arms);
    names.forEach((name, at) => {
      const after = arms[name]?.after;
      if (after === undefined || names.slice(0, at).includes(after)) return;
      const message = `no arm "${after}" stands before it`;
      context.addIssue({ code: 'custom', path: ['arms', name, 'after'], message });
    });
    for (const [name, final] of Object.entries(finals)) {
      for (const arm of final.arms?.filter((arm) => !names.includes(arm)) ?? [])
        context.addIssue({
          code: 'custom',
          path: ['finals', name, 'arms'],
          message: `there is no arm "${arm}"`,
        });
    }
  });
export type Experiment = z.infer<typeof Experiment>;

/** Passes of each task, by its id: [samples, passed]. */
const Outcomes = z.record(z.string(), z.tuple([z.int().min(0), z.int().min(0)]));

/** What was measured at one time of an arm's life. */
export const Measured = z.strictObject({
  round: z.int().min(0),
  outcomes: Outcomes,
  /** Programs of each task that ran to their checks, which they passed or failed. */
  reached: z.record(z.string(), z.int().min(0)),
  errorTypes: z.record(z.string(), z.int()),
  tokensPerProgram: z.number(),
  /** Programs that the model ended by itself, and those of them that passed: nothing had to be cut behind them. */
  ended: z.strictObject({ programs: z.int(), passed: z.int() }),
});
export type Measured = z.infer<typeof Measured>;

/** What was measured of an arm on tasks that decided nothing. */
const FinalResult = z.strictObject({
  /** Of the model that it began with. */
  before: Measured.optional(),
  /** Of the one that it came to, under that model's own verdict. */
  after: Measured.optional(),
  /** The same under each verdict that was asked for, its own among them. */
  under: z.partialRecord(Condition, Measured),
});
export type FinalResult = z.infer<typeof FinalResult>;

/** Raw results of one arm with one seed; written beside the report. */
export const ArmResult = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  run: z.string(),
  status: RunStatus,
  /** Cost of the arms before it, if it continues the model of another arm. */
  began: z.strictObject({ steps: z.int(), minutes: z.number() }).default({ steps: 0, minutes: 0 }),
  /** Hash of the model that the arm came to; undefined where it trained nothing. */
  model: z.string().optional(),
  validation: z.array(Measured),
  rounds: z.array(
    z.strictObject({
      round: z.int().positive(),
      examples: z.int(),
      passes: z.int(),
      failures: z.int(),
      steps: z.int(),
      samplingSeconds: z.number(),
      executionSeconds: z.number(),
      trainingSeconds: z.number(),
    }),
  ),
  /** By their names. */
  finals: z.record(z.string(), FinalResult),
  /** Nats and tokens of each piece of Python source that no training saw, before and after. */
  perplexity: z.strictObject({ before: Likelihoods, after: Likelihoods }).optional(),
});
export type ArmResult = z.infer<typeof ArmResult>;

const StateRuns = z.array(
  z.strictObject({
    arm: z.string(),
    seed: z.int(),
    run: z.string(),
    /** The configuration that the run began with; another one is another run. */
    config: z.string(),
  }),
);
const StatePerplexity = z.array(z.strictObject({ model: z.string(), measured: Likelihoods })).default([]);

/** As it was kept before: final measurements by a name, behind which other tasks may stand by now, so they are made again. */
const StateBefore = z
  .object({ format: z.literal(1), runs: StateRuns, perplexity: StatePerplexity })
  .transform(({ runs, perplexity }) => ({ format: 2 as const, runs, finals: [], perplexity }));

/** What is kept of an experiment beside its report: which run is which arm, and what cannot be read from the runs. */
export const ExperimentState = z.strictObject({
  format: z.literal(2),
  runs: StateRuns,
  /** `asked` is a digest of the tasks, and of how they are asked. */
  finals: z.array(
    z.strictObject({ model: z.string(), condition: Condition, asked: z.string(), measured: Measured }),
  ),
  perplexity: StatePerplexity,
});
export const StoredExperimentState = z.union([ExperimentState, StateBefore]);
export type ExperimentState = z.infer<typeof ExperimentState>;
