import { z } from 'zod';
import { EditorDiagnostic, TextRange } from './diagnostics.ts';
import { SamplerEndpoint } from './engines.ts';
import { NextStep } from './errors.ts';
import { Verdict } from './execution.ts';
import {
  Evaluation,
  RunConfig,
  RunEvent,
  RunOutcome,
  RunReport,
  RunStatus,
  Sample,
  SamplingRecord,
  Side,
} from './run.ts';
import { PromptSegment } from './sampling.ts';
import { ActiveModel, AvailableModel, RunUse, StoredModelSummary } from './storedModels.ts';
import { DroppedTask, Task } from './task.ts';
import { Device } from './training.ts';
import { RecordedCompletion } from './recordedCompletion.ts';

/** What a client asks the backend (`leti serve`), beyond what LSP has; all of it is answered from disk or by one piece of work. */
export interface BackendRequest<Params, Result> {
  method: string;
  params: z.ZodType<Params>;
  result: z.ZodType<Result>;
}

/** How the documents of one folder are completed. What is left out is as for all folders. */
export const CompletionFolder = z.object({
  /** Path of the folder. */
  path: z.string().min(1),
  /** False: nothing is completed in the folder. */
  enabled: z.boolean().optional(),
  /** The interpreter that parses; found as the command line finds it where it is not named. */
  interpreter: z.string().min(1).optional(),
  /** The model that is active while none was promoted, as the user names it; `default` where it is left out. */
  fallbackModel: z.string().min(1).optional(),
});
export type CompletionFolder = z.infer<typeof CompletionFolder>;

/** How the documents that a client sends are completed. */
export const CompletionOptions = CompletionFolder.pick({ interpreter: true, fallbackModel: true }).extend({
  /** Whether comments are completed; they are not by default. */
  comments: z.boolean().optional(),
  /** A model instead of the workspace's active model. */
  model: z.string().min(1).optional(),
  /** Folders with settings of their own, until `leti/completionFolders` names others. */
  folders: z.array(CompletionFolder).optional(),
  /** After so many minutes without a request the inference process ends; the next request starts it again. */
  idleMinutes: z.number().positive().optional(),
});
export type CompletionOptions = z.infer<typeof CompletionOptions>;

/**
 * `initializationOptions` of the language server. Without any, nothing of the workspace is run or completed. Keys that this
 * version does not know are left out, as clients send their own.
 */
export const BackendOptions = z.object({
  /** False: stored runs can be read, and nothing of the workspace is run, parsed or trained on. */
  trusted: z.boolean().default(false),
  /** Left out, the client sends no documents and nothing is completed. */
  completion: CompletionOptions.optional(),
});
export type BackendOptions = z.infer<typeof BackendOptions>;

/** The data of an error answer that a person can act on. */
export const ErrorData = z.strictObject({ nextStep: NextStep });

/** A workspace folder and what its user chose for it. */
export const Place = z.strictObject({
  /** Path of the folder. */
  workspace: z.string().min(1),
  /** The interpreter that runs programs; found as the command line finds it where it is not named. */
  interpreter: z.string().min(1).optional(),
  trainerPython: z.string().min(1).optional(),
  allowUncontained: z.boolean().optional(),
  /** Where programs are written instead of on this machine: from the user's own settings, never the workspace's. */
  endpoint: SamplerEndpoint.optional(),
});
export type Place = z.infer<typeof Place>;

/** What the user set for a run and did not leave to its defaults. */
const Choices = RunConfig.omit({ workspace: true, endpoint: true }).partial();
export type Choices = z.infer<typeof Choices>;

/** Work that takes long reports its events under this token, as LSP's `$/progress`; cancelling the request stops it. */
const Work = Place.extend({ progressToken: z.string().optional() });

/** A run in a list. */
export const RunSummary = z.strictObject({
  id: z.string(),
  /** `interrupted` also for a run whose process is gone. */
  status: RunStatus,
  startedAt: z.string(),
  endedAt: z.string().optional(),
  error: z.string().optional(),
  objective: z.string(),
  rounds: z.int(),
  model: z.string(),
  /** First and last evaluation: of held-out tasks where the run has some, else of training tasks. */
  before: Evaluation.optional(),
  now: Evaluation.optional(),
  /** Missing while the run has decided about no new model. */
  outcome: RunOutcome.optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** One step of training. */
export const StepRow = z.strictObject({
  round: z.int(),
  step: z.int(),
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  tokens: z.int(),
  seconds: z.number(),
});
export type StepRow = z.infer<typeof StepRow>;

/** What a stage's programs took to write and to run. */
export const StageEffort = z.strictObject({
  tokens: z.int(),
  /** In which the model wrote. */
  samplingSeconds: z.number(),
  /** Of all programs, as if one ran after the other. */
  executionSeconds: z.number(),
});
export type StageEffort = z.infer<typeof StageEffort>;

/** Programs and time of a stage that samples. */
export const StageCount = z.strictObject({
  stage: z.string(),
  samples: z.int(),
  passed: z.int(),
  /** Missing where a store before version 4 did not note it. */
  effort: StageEffort.optional(),
});

/** A run, whole but for its samples. */
export const RunDetail = z.strictObject({
  summary: RunSummary,
  report: RunReport,
  versions: z.record(z.string(), z.string()),
  steps: z.array(StepRow),
  stages: z.array(StageCount),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** How a task's programs changed from the first to the last stage that asked for it. */
export const TaskChange = z.enum(['regressed', 'newly fixed', 'flaky', 'always failing', 'always passing']);
export type TaskChange = z.infer<typeof TaskChange>;

export const TaskHistory = z.strictObject({
  id: z.string(),
  side: Side,
  change: TaskChange.optional(),
  /** In the order of the stages. */
  points: z.array(z.strictObject({ stage: z.string(), samples: z.int(), passed: z.int() })),
});
export type TaskHistory = z.infer<typeof TaskHistory>;

/** A task's programs of one stage. */
export const StageSamples = z.strictObject({
  stage: z.string(),
  record: SamplingRecord.optional(),
  /** What the model was given, made again as it was made then; missing where the run did not record how. */
  prompt: z.array(PromptSegment).optional(),
  samples: z.array(Sample),
});

export const TaskDetail = z.strictObject({
  id: z.string(),
  side: Side,
  instruction: z.string(),
  prefix: z.string(),
  hole: Task.shape.hole,
  /** Text of each check. */
  checks: z.array(z.string()),
  stages: z.array(StageSamples),
});
export type TaskDetail = z.infer<typeof TaskDetail>;

/** A task of the workspace as it is listed; `line` is zero-based. */
export const FoundTask = z.strictObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  line: z.int().min(0),
  checks: z.int(),
});
export type FoundTask = z.infer<typeof FoundTask>;

/** A task with its side, as a run would split them. */
export const TaskSummary = FoundTask.extend({
  side: Side,
  /** What its checks come from. */
  source: Task.shape.source,
  family: Task.shape.family,
  changedAt: Task.shape.changedAt,
  /** The commit that the function stands in as it is meant, where that is not the file of today. */
  commit: z.string().optional(),
});
export type TaskSummary = z.infer<typeof TaskSummary>;

/** A task that is not trained on because its checks let wrong bodies pass; `reason` says which. */
export const WeakTask = TaskSummary.omit({ side: true }).extend({ reason: z.string() });
export type WeakTask = z.infer<typeof WeakTask>;

/** What a run would do, before it is started. */
export const TrainingPlan = z.strictObject({
  /** Brings the plan's tasks to the run that is started with it; missing where they cannot be kept. */
  hash: z.string().optional(),
  tasks: z.array(TaskSummary),
  /** They are among the dropped too. */
  weak: z.array(WeakTask),
  dropped: z.array(DroppedTask),
  interpreter: z.string(),
  tier: z.string(),
  /** Of the model that was asked for; see Speeds in src/core/learning/budget.ts. */
  speeds: z.strictObject({
    sample: z.number(),
    measure: z.number(),
    train: z.number(),
    model: z.number(),
  }),
  /** Whether an earlier run measured the speeds; else they are expected from a probe of the machine. */
  measuredHere: z.boolean(),
  /** Why the model that was asked for is the default, or that the memory is too small for it. */
  modelNote: z.string().optional(),
  environmentReady: z.boolean(),
  /** What the device `auto` is on this machine. */
  autoDevice: Device,
  freeBytes: z.number(),
  /** What a run puts on the disk once, and with each of its rounds. */
  wantedBytes: z.number(),
  bytesPerRound: z.number(),
});
export type TrainingPlan = z.infer<typeof TrainingPlan>;

/** One thing that `doctor` looked at. */
export const Finding = z.strictObject({
  what: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** Where it is not well. */
  nextStep: NextStep.optional(),
});
export type Finding = z.infer<typeof Finding>;

/** What the workspace's own code got for its checks. */
export const CheckedFunction = z.strictObject({
  task: z.string(),
  /** Of its file, relative to the workspace; the diagnostics' ranges are places in it. */
  path: z.string(),
  verdict: Verdict,
  checksPassed: z.int(),
  checksTotal: z.int(),
  /** The values of the failing check, where it compares two. */
  expected: z.string().optional(),
  actual: z.string().optional(),
  durationMs: z.number(),
  feedback: z.string(),
  diagnostics: z.array(EditorDiagnostic),
});
export type CheckedFunction = z.infer<typeof CheckedFunction>;

/** One of several candidates for a place. */
export const RankedCompletion = z.strictObject({
  text: z.string(),
  /** What may honestly be said of it: `passes 3 of 3 tests`, `agrees with 5 of 8 samples`, `not run`. */
  label: z.string(),
  /** Left out where it was not run. */
  verdict: Verdict.optional(),
  checksPassed: z.int(),
  checksTotal: z.int(),
  /** How many of all candidates say the same. */
  agreement: z.int(),
});
export type RankedCompletion = z.infer<typeof RankedCompletion>;

/** What was found out about one text. */
export const VerifiedText = RankedCompletion.pick({ label: true, verdict: true });
export type VerifiedText = z.infer<typeof VerifiedText>;

/** Candidates for one place, the best first. */
export const VerifiedCompletion = z.strictObject({
  candidates: z.array(RankedCompletion),
  /** The function whose tests and doctests were run; left out where none cover the place. */
  task: z.string().optional(),
  /** How many candidates were written anew from what the interpreter said of the first ones. */
  repaired: z.int(),
  /** Name of the model. */
  model: z.string(),
});
export type VerifiedCompletion = z.infer<typeof VerifiedCompletion>;

/** What became of asking the model for another body of a function whose checks fail. */
export const Repair = z.strictObject({
  task: z.string(),
  /** Of the function's file, relative to the workspace. */
  path: z.string(),
  tried: z.int(),
  passed: z.int(),
  /** Puts the first program that passed in the place of today's body; line ends are `\n`. */
  edit: z.strictObject({ range: TextRange, text: z.string() }).optional(),
  /** What most of the programs that failed got; empty when all passed. */
  feedback: z.string(),
});
export type Repair = z.infer<typeof Repair>;

const InRun = Place.extend({ run: z.string().min(1) });
const Nothing = z.null();

function request<Params, Result>(
  method: string,
  params: z.ZodType<Params>,
  result: z.ZodType<Result>,
): BackendRequest<Params, Result> {
  return { method, params, result };
}

export const REQUESTS = {
  /** Newest first. */
  runs: request('leti/runs', Place, z.array(RunSummary)),
  run: request('leti/run', InRun, RunDetail),
  runUse: request('leti/runUse', InRun.extend({ fallbackModel: z.string().optional() }), RunUse),
  /** Regressed tasks first. */
  histories: request('leti/histories', InRun, z.array(TaskHistory)),
  task: request('leti/task', InRun.extend({ task: z.string() }), TaskDetail),
  /** Bytes of a run's working files and stored programs, which go when it is deleted. */
  runSize: request('leti/runSize', InRun, z.number()),
  deleteRun: request('leti/deleteRun', InRun, Nothing),
  exportRun: request('leti/exportRun', InRun.extend({ file: z.string().min(1) }), Nothing),
  /** `fallbackModel` names the model that is active while none was promoted. */
  models: request(
    'leti/models',
    Place.extend({ fallbackModel: z.string().optional() }),
    z.array(StoredModelSummary),
  ),
  /** The catalogue of models; measures the machine once, which takes about a second. */
  availableModels: request('leti/availableModels', Place, z.array(AvailableModel)),
  /** How many promotions can be rolled back. */
  promotions: request('leti/promotions', Place, z.int()),
  /** Makes a model of the store or of the catalogue the active one; fetches and exports it first where that is still to do, which takes minutes. */
  promote: request('leti/promote', Work.extend({ model: z.string().min(1) }), Nothing),
  /** The model that is active then. */
  rollback: request('leti/rollback', Place.extend({ fallbackModel: z.string().optional() }), ActiveModel),
  /** All usable tasks, split as a run of these settings without `skipTasks` would. */
  plan: request('leti/plan', Work.extend({ settings: Choices.optional() }), TrainingPlan),
  train: request(
    'leti/train',
    Work.extend({
      start: z.union([
        /** `plan` is the hash of a plan with these settings: its tasks are not looked for again while no file has changed. */
        z.strictObject({ settings: Choices, plan: z.string().optional() }),
        z.strictObject({ resume: z.string().min(1) }),
      ]),
    }),
    RunReport,
  ),
  /** The active model, else the settings', on the tasks that runs hold out. */
  evaluate: request('leti/evaluate', Work.extend({ settings: Choices.optional() }), Evaluation),
  /** Today's code of the function at a line (zero-based) of a file as it is on disk. */
  check: request(
    'leti/check',
    Work.extend({ path: z.string().min(1), line: z.int().min(0) }),
    CheckedFunction,
  ),
  /**
   * Asks the active model for other bodies of the function at a line (zero-based) of a file on disk. Without an active
   * model, the settings' one answers. The settings say how many. Changes nothing.
   */
  repair: request(
    'leti/repair',
    Work.extend({ path: z.string().min(1), line: z.int().min(0), settings: Choices.optional() }),
    Repair,
  ),
  /** Functions with checks, found without running anything. */
  tasks: request('leti/tasks', Work, z.array(FoundTask)),
  /** Today's code of tasks; those that are gone are left out. */
  checkTasks: request(
    'leti/checkTasks',
    Work.extend({ tasks: z.array(z.string()) }),
    z.array(CheckedFunction),
  ),
  /** Another body for a task's function, as it stands in its module. */
  checkProgram: request(
    'leti/checkProgram',
    Work.extend({ task: z.string(), body: z.string() }),
    CheckedFunction,
  ),
  /** Programs of the active model, else the settings', for tasks: as many for each as the settings say. */
  solve: request(
    'leti/solve',
    Work.extend({ tasks: z.array(z.string()).min(1), settings: Choices.optional() }),
    z.array(Sample),
  ),
  /**
   * Several candidates at a place (zero-based) of a file as its editor has it. They run with the tests and doctests of
   * the function there unless `execute` is false. After `seconds`, the answer holds the candidates that exist.
   */
  complete: request(
    'leti/complete',
    Work.extend({
      path: z.string().min(1),
      text: z.string(),
      line: z.int().min(0),
      character: z.int().min(0),
      candidates: z.int().min(1).max(64),
      execute: z.boolean(),
      seconds: z.number().positive().optional(),
      /** The model that is active while none was promoted. */
      fallbackModel: z.string().min(1).optional(),
    }),
    VerifiedCompletion,
  ),
  /** Runs one text that is shown at a place, as `leti/complete` runs its candidates. No model is asked. */
  verifyText: request(
    'leti/verifyText',
    Work.extend({
      path: z.string().min(1),
      text: z.string(),
      line: z.int().min(0),
      character: z.int().min(0),
      completion: z.string().min(1),
    }),
    VerifiedText,
  ),
  /** Records what became of a completion, where its user agreed to that. */
  recordCompletion: request('leti/recordCompletion', Place.extend({ used: RecordedCompletion }), Nothing),
  /** All that is recorded so, oldest first. */
  recordedCompletions: request('leti/recordedCompletions', Place, z.array(RecordedCompletion)),
  deleteRecordedCompletions: request('leti/deleteRecordedCompletions', Place, Nothing),
  /** Path of the command that was written into the folder (`~` is the user's own). */
  installLauncher: request('leti/installLauncher', z.strictObject({ folder: z.string().min(1) }), z.string()),
  /** Whether what a first training needs is there, looked at without running anything of the workspace. */
  needs: request('leti/needs', Place, z.strictObject({ interpreter: z.boolean(), trainer: z.boolean() })),
  doctor: request('leti/doctor', Work, z.array(Finding)),
} as const;

/** Values of `$/progress`. */
export const WorkEvent = RunEvent;

/** From the backend: what is stored of a workspace is no longer what it was. */
export const CHANGED = {
  method: 'leti/changed',
  params: z.strictObject({ workspace: z.string(), what: z.enum(['runs', 'models']) }),
} as const;

/** From the client: the settings of all folders have changed. The next completion goes by the new ones. */
export const COMPLETION_FOLDERS = {
  method: 'leti/completionFolders',
  params: z.strictObject({ folders: z.array(CompletionFolder) }),
} as const;

/** From the backend: how a `textDocument/inlineCompletion` was answered, for a status. */
export const COMPLETED = {
  method: 'leti/completed',
  params: z.strictObject({
    uri: z.string(),
    shown: z.boolean(),
    /** Why nothing is shown. */
    why: z.string().optional(),
    /** What to do about it, where a person can do something. */
    nextStep: NextStep.optional(),
    /** Known already: nothing was asked of the model. */
    cached: z.boolean(),
    /** Name and hash of the model that wrote it. */
    model: z.string().optional(),
    hash: z.string().optional(),
    /** Time until the text, without waiting for the user. */
    milliseconds: z.number(),
  }),
} as const;
