import { Command, Option } from 'commander';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { ObjectiveChoice } from '../../protocol/model.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { FeedbackPreset } from '../../protocol/execution.ts';
import { Device } from '../../protocol/training.ts';
import { startOrResumeRun } from '../../app/runs/run.ts';
import { BOUNDS } from '../../protocol/bounds.ts';
import { createOutput } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';
import {
  ALLOW_UNCONTAINED,
  COMMITS,
  HISTORY,
  RUN_TESTS,
  collected,
  numberWithin,
  range,
  wholeNumber,
} from '../options.ts';
import { reportText } from '../text.ts';

interface TrainFlags extends RunFlags {
  history?: boolean;
  commits: number;
  skip: string[];
  sealedOnly?: boolean;
  runTests?: boolean;
  weakTasks?: boolean;
  feedback: FeedbackPreset;
  tasks?: string;
  heldOut?: string;
  model: string;
  objective: ObjectiveChoice;
  rounds: number;
  samples: number;
  heldOutSamples: number;
  temperature: number;
  maxTokens: number;
  device: Device;
  seed: number;
  learningRate: number;
  epochs: number;
  batch: number;
  method: 'auto' | 'full' | 'lora';
  timeout: number;
  resume?: string;
  json?: boolean;
}

export function trainCommand(): Command {
  const defaults = DEFAULT_RUN;
  return new Command('train')
    .description(
      'Samples programs for tasks, runs them, trains on what the interpreter says, and measures the new weights.',
    )
    .argument('[workspace]', 'folder whose own tests are the tasks', '.')
    .option('--tasks <file>', "tasks from a file (MBPP, HumanEval or LeTI's own) instead of the workspace's")
    .option('--held-out <file>', 'tasks that are only measured; otherwise the newest part of the tasks')
    .option(...HISTORY)
    .option(...COMMITS)
    .option('--model <model>', 'default, a model folder, a stored hash, or a hub id', defaults.model)
    .addOption(
      new Option('--objective <objective>', 'how samples become training texts')
        .choices(ObjectiveChoice.options)
        .default(defaults.objective),
    )
    .option(
      '--rounds <n>',
      `rounds of sampling and training (${range(BOUNDS.rounds)})`,
      wholeNumber(BOUNDS.rounds),
      defaults.rounds,
    )
    .option(
      '--samples <n>',
      `programs per training task in each round (${range(BOUNDS.samples)})`,
      wholeNumber(BOUNDS.samples),
      defaults.samples,
    )
    .option(
      '--held-out-samples <n>',
      `programs per held-out task (${range(BOUNDS.heldOutSamples)})`,
      wholeNumber(BOUNDS.heldOutSamples),
      defaults.heldOutSamples,
    )
    .option(
      '--temperature <t>',
      'sampling temperature',
      numberWithin(BOUNDS.temperature),
      defaults.temperature,
    )
    .option(
      '--max-tokens <n>',
      'longest program in tokens',
      wholeNumber(BOUNDS.maxTokens),
      defaults.maxTokens,
    )
    .addOption(
      new Option('--device <device>', 'where training runs').choices(Device.options).default(defaults.device),
    )
    .option('--seed <n>', 'names every random choice', wholeNumber(BOUNDS.seed), defaults.seed)
    .option(
      '--learning-rate <rate>',
      'peak learning rate',
      numberWithin(BOUNDS.learningRate),
      defaults.training.learningRate,
    )
    .option(
      '--epochs <n>',
      "passes over a round's texts",
      wholeNumber(BOUNDS.epochs),
      defaults.training.epochs,
    )
    .option('--batch <n>', 'texts per step', wholeNumber(BOUNDS.batchSize), defaults.training.batchSize)
    .addOption(
      new Option('--method <method>', 'what is trained')
        .choices(['auto', 'full', 'lora'])
        .default(defaults.training.method),
    )
    .option(
      '--timeout <seconds>',
      'longest run of one program',
      numberWithin(BOUNDS.timeoutSeconds),
      defaults.timeoutSeconds,
    )
    .addOption(
      new Option('--feedback <preset>', 'what is kept of an error; paper: a traceback without values')
        .choices(FeedbackPreset.options)
        .default(defaults.feedback),
    )
    .option('--skip <task>', 'leave a task out, by its id; may be repeated', collected, [])
    .option('--sealed-only', 'train only on programs that were judged apart from their checks')
    .option(...RUN_TESTS)
    .option('--weak-tasks', 'train on tasks too whose checks let wrong bodies pass')
    .option('--resume <run>', 'continue a stopped run; its own options apply')
    .option('--python <path>', "the workspace's interpreter")
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "an environment of your own with the trainer's packages")
    .option('--json', 'JSON lines for programs')
    .action(async (workspace: string, flags: TrainFlags) => {
      const output = createOutput({ json: flags.json === true });
      try {
        const { report, modelFolder } = await startOrResumeRun(
          flags.resume === undefined
            ? { config: configOf(workspace, flags) }
            : { workspace, resume: flags.resume },
          runContext(flags, output),
        );
        output.result({ event: 'report', report, modelFolder }, () => reportText(report, modelFolder));
      } finally {
        output.end();
      }
    });
}

function configOf(workspace: string, flags: TrainFlags): RunConfig {
  return {
    ...DEFAULT_RUN,
    workspace,
    ...(flags.tasks === undefined ? {} : { tasksFile: flags.tasks }),
    ...(flags.heldOut === undefined ? {} : { heldOutFile: flags.heldOut }),
    historyCommits: flags.history === true ? flags.commits : 0,
    skipTasks: flags.skip,
    model: flags.model,
    objective: flags.objective,
    rounds: flags.rounds,
    samples: flags.samples,
    heldOutSamples: flags.heldOutSamples,
    temperature: flags.temperature,
    maxTokens: flags.maxTokens,
    device: flags.device,
    seed: flags.seed,
    timeoutSeconds: flags.timeout,
    sealedOnly: flags.sealedOnly === true,
    runTests: flags.runTests === true,
    weakTasks: flags.weakTasks === true,
    feedback: flags.feedback,
    training: {
      ...DEFAULT_RUN.training,
      method: flags.method,
      learningRate: flags.learningRate,
      epochs: flags.epochs,
      batchSize: flags.batch,
      microBatchSize: Math.min(flags.batch, DEFAULT_RUN.training.microBatchSize),
      seed: flags.seed,
    },
  };
}
