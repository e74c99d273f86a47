import path from 'node:path';
import { Command } from 'commander';
import { runExperiment } from '../../app/bench/experiment.ts';
import { ALLOW_UNCONTAINED, numberWithin } from '../options.ts';
import { createOutput } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';

interface BenchFlags extends RunFlags {
  out?: string;
  minutes?: number;
  json?: boolean;
}

export function benchCommand(): Command {
  return new Command('bench')
    .description(
      'Compares ways to learn on the same tasks. Runs the part of an experiment that is left, and writes its report.',
    )
    .argument('<experiment>', 'a JSON file (docs/experiments.md)')
    .option('--out <folder>', 'folder of the results and the report; by default next to the file')
    .option(
      '--minutes <n>',
      'stop after this time; the next call continues',
      numberWithin({ min: 0.01, max: 1e6 }),
    )
    .option('--python <path>', 'Python interpreter that runs the programs')
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines')
    .action(async (file: string, flags: BenchFlags) => {
      const output = createOutput({ json: flags.json === true });
      try {
        const ending = await runExperiment(
          {
            file,
            out: flags.out ?? file.replace(/(\.json)?$/, '.results'),
            minutes: flags.minutes,
            command: `leti bench ${path.basename(file)}`,
          },
          runContext(flags, output),
        );
        const { finished, planned, report } = ending;
        output.result({ event: 'experiment', ...ending }, () =>
          finished === planned
            ? `All ${planned} runs are finished. Report: ${report}`
            : `${finished} of ${planned} runs are finished. The same command continues. Report so far: ${report}`,
        );
      } finally {
        output.end();
      }
    });
}
