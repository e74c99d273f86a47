import { Command, Option } from 'commander';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { percent, rangeText, timingText } from '../../core/text/words.ts';
import { readTaskFile } from '../../harvest/files.ts';
import { requireWritable, writeJsonLines } from '../../harvest/jsonLines.ts';
import { Condition } from '../../protocol/model.ts';
import { evaluateModel } from '../../app/runs/evaluate.ts';
import { Workbench } from '../../app/workbench.ts';
import { ALLOW_UNCONTAINED, numberWithin, wholeNumber, wholeNumbers } from '../options.ts';
import { BOUNDS } from '../../protocol/bounds.ts';
import { createOutput } from '../output.ts';
import { withEndpoint } from '../endpointOptions.ts';
import { runContext, type RunFlags } from '../runContext.ts';
import { table } from '../text.ts';

interface EvaluateFlags extends RunFlags {
  tasks: string;
  model: string;
  samples: number;
  temperature: number;
  k: number[];
  condition?: Condition;
  seed: number;
  timeout: number;
  out?: string;
  json?: boolean;
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('Measures a model on tasks: unbiased pass@k with intervals, and error types.')
    .requiredOption('--tasks <file>', 'task file: JSON lines of MBPP, HumanEval or LeTI')
    .option('--model <model>', '"default", a model folder, a stored hash, or a hub id', DEFAULT_RUN.model)
    .option(
      '--samples <n>',
      'programs per task',
      wholeNumber(BOUNDS.evaluatedSamples),
      DEFAULT_RUN.heldOutSamples,
    )
    .option(
      '--temperature <t>',
      'sampling temperature',
      numberWithin(BOUNDS.temperature),
      DEFAULT_RUN.temperature,
    )
    .option('--k <list>', 'values of k for pass@k, separated by commas', wholeNumbers, [1])
    .addOption(
      new Option('--condition <verdict>', "verdict marker in the prompt; default: the model's own").choices(
        Condition.options,
      ),
    )
    .option(
      '--seed <n>',
      'random seed; the same seed and settings give the same programs',
      wholeNumber(BOUNDS.seed),
      DEFAULT_RUN.seed,
    )
    .option(
      '--timeout <seconds>',
      'time limit of one program',
      numberWithin(BOUNDS.timeoutSeconds),
      DEFAULT_RUN.timeoutSeconds,
    )
    .option('--out <file>', 'file for the samples with their verdicts')
    .option('--python <path>', 'Python interpreter that runs the programs')
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines');
  return withEndpoint(command).action(async (flags: EvaluateFlags) => {
    const output = createOutput({ json: flags.json === true });
    const tasks = await readTaskFile(flags.tasks);
    if (flags.out !== undefined) await requireWritable(flags.out);
    const workbench = new Workbench({
      workspace: process.cwd(),
      device: 'auto',
      ...runContext(flags, output),
    });
    try {
      const { evaluation, samples, condition } = await evaluateModel(
        {
          tasks,
          model: flags.model,
          samples: flags.samples,
          temperature: flags.temperature,
          ks: flags.k,
          condition: flags.condition,
          seed: flags.seed,
          timeoutSeconds: flags.timeout,
        },
        workbench,
      );
      if (flags.out !== undefined) await writeJsonLines(flags.out, samples);
      output.result({ event: 'evaluation', evaluation, condition }, () => {
        const rows = Object.entries(evaluation.passAt).map(([k, estimate]) => [
          `pass@${k}`,
          percent(estimate.value),
          rangeText(estimate),
        ]);
        const errors = Object.entries(evaluation.errorTypes).sort(([, a], [, b]) => b - a);
        return [
          `${evaluation.passedSamples} of ${evaluation.samples} programs pass. ${evaluation.passedTasks} of ${evaluation.tasks} tasks have a passing program (prompt marker: ${condition})`,
          ...(evaluation.timing === undefined ? [] : [timingText(evaluation.timing)]),
          table(['measure', 'value', '95 % interval'], rows),
          table(
            ['verdict or error', 'programs'],
            errors.map(([type, count]) => [type, String(count)]),
          ),
        ].join('\n\n');
      });
    } finally {
      output.end();
      await workbench.close();
    }
  });
}
