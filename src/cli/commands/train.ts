import { Command, Option } from 'commander';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { ObjectiveChoice } from '../../protocol/model.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { FeedbackPreset } from '../../protocol/execution.ts';
import { Device } from '../../protocol/training.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { startOrResumeRun } from '../../app/runs/run.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import { BOUNDS } from '../../protocol/bounds.ts';
import { createOutput } from '../output.ts';
import { endpointOf, withEndpoint } from '../endpointOptions.ts';
import { runCard } from '../runCard.ts';
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
  measureTrain?: boolean;
  feedback: FeedbackPreset;
  tasks?: string;
  heldOut?: string;
  model: string;
  objective: ObjectiveChoice;
  minutes?: number;
  rounds: number;
  samples: number;
  heldOutSamples: number;
  temperature: number;
  maxTokens: number;
  device: Device;
  seed: number;
  learningRate?: number;
  epochs: number;
  batch: number;
  method: 'auto' | 'full' | 'lora';
  timeout: number;
  resume?: string;
  json?: boolean;
}

export function trainCommand(): Command {
  const defaults = DEFAULT_RUN;
  const command = new Command('train')
    .description(
      'Trains a model: writes programs for tasks, runs them, learns from the results, measures the new model.',
    )
    .argument('[workspace]', 'workspace folder', '.')
    .option('--tasks <file>', "task file (MBPP, HumanEval or LeTI) instead of the workspace's tasks")
    .option('--held-out <file>', 'file of held-out tasks; default: the newest part of the tasks')
    .option(...HISTORY)
    .option(...COMMITS)
    .option(
      '--model <model>',
      '"default", a name of the catalogue, a model folder, a stored hash, or a hub id',
      defaults.model,
    )
    .addOption(
      new Option('--objective <objective>', 'how samples become training texts')
        .choices(ObjectiveChoice.options)
        .default(defaults.objective),
    )
    .addOption(
      new Option(
        '--minutes <n>',
        `time for the whole run (${range(BOUNDS.minutes)}); decides rounds and programs`,
      )
        .argParser(numberWithin(BOUNDS.minutes))
        .conflicts(['rounds', 'samples', 'heldOutSamples', 'measureTrain']),
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
      new Option('--device <device>', 'device for training').choices(Device.options).default(defaults.device),
    )
    .option(
      '--seed <n>',
      'random seed; the same seed and settings give the same programs',
      wholeNumber(BOUNDS.seed),
      defaults.seed,
    )
    .option(
      '--learning-rate <rate>',
      'peak learning rate (default: 2e-5 for all weights, 2e-4 for LoRA adapters)',
      numberWithin(BOUNDS.learningRate),
    )
    .option(
      '--epochs <n>',
      "passes over a round's texts",
      wholeNumber(BOUNDS.epochs),
      defaults.training.epochs,
    )
    .option('--batch <n>', 'texts per step', wholeNumber(BOUNDS.batchSize), defaults.training.batchSize)
    .addOption(
      new Option('--method <method>', 'weights to train: all of them, or LoRA adapters')
        .choices(['auto', 'full', 'lora'])
        .default(defaults.training.method),
    )
    .option(
      '--timeout <seconds>',
      'time limit of one program',
      numberWithin(BOUNDS.timeoutSeconds),
      defaults.timeoutSeconds,
    )
    .addOption(
      new Option('--feedback <preset>', 'text of an error; paper: a traceback without values')
        .choices(FeedbackPreset.options)
        .default(defaults.feedback),
    )
    .option('--skip <task>', 'leave out the task with this id; you can repeat the option', collected, [])
    .option('--sealed-only', 'train only on programs that ran apart from their checks')
    .option(...RUN_TESTS)
    .option('--weak-tasks', 'also train on tasks whose checks let wrong programs pass')
    .option('--measure-train', 'also measure the training tasks after the last round')
    .option('--resume <run>', 'resume a stopped run with its own options (an id, or "last")')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines');
  return withEndpoint(command).action(async (workspace: string, flags: TrainFlags) => {
    const output = createOutput({ json: flags.json === true });
    try {
      const { report, modelFolder } = await startOrResumeRun(
        flags.resume === undefined
          ? { config: configOf(workspace, flags) }
          : { workspace, resume: flags.resume },
        runContext(flags, output),
      );
      const folder = await workspaceFolder(workspace);
      const card = await runCard(new StoredRuns(folder, process.env), folder, report.run);
      output.result({ event: 'report', report, modelFolder }, () => reportText(report, card, modelFolder));
    } finally {
      output.end();
    }
  });
}

function configOf(workspace: string, flags: TrainFlags): RunConfig {
  const endpoint = endpointOf(flags);
  return {
    ...DEFAULT_RUN,
    workspace,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(flags.tasks === undefined ? {} : { tasksFile: flags.tasks }),
    ...(flags.heldOut === undefined ? {} : { heldOutFile: flags.heldOut }),
    historyCommits: flags.history === true ? flags.commits : 0,
    skipTasks: flags.skip,
    model: flags.model,
    objective: flags.objective,
    ...(flags.minutes === undefined ? {} : { minutes: flags.minutes }),
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
    measureTrain: flags.measureTrain === true,
    feedback: flags.feedback,
    training: {
      ...DEFAULT_RUN.training,
      method: flags.method,
      ...(flags.learningRate === undefined ? {} : { learningRate: flags.learningRate }),
      epochs: flags.epochs,
      batchSize: flags.batch,
      microBatchSize: Math.min(flags.batch, DEFAULT_RUN.training.microBatchSize),
      seed: flags.seed,
    },
  };
}
