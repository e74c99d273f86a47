import path from 'node:path';
import { Command } from 'commander';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { EXIT_CODES } from '../../protocol/errors.ts';
import { repairFunction } from '../../app/completion/repair.ts';
import { Workbench } from '../../app/workbench.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { ALLOW_UNCONTAINED, wholeNumber } from '../options.ts';
import { BOUNDS } from '../../protocol/bounds.ts';
import { createOutput } from '../output.ts';
import { withEndpoint } from '../endpointOptions.ts';
import { runContext, type RunFlags } from '../runContext.ts';

interface RepairFlags extends RunFlags {
  line: number;
  workspace: string;
  model?: string;
  samples: number;
  seed: number;
  json?: boolean;
}

export function repairCommand(): Command {
  const command = new Command('repair')
    .description('Asks the active model for a new body of a function whose tests fail. Changes no file.')
    .argument('<file>', 'Python file of the workspace')
    .requiredOption('--line <n>', 'a line of the function, counted from 0', wholeNumber({ min: 0 }))
    .option('--workspace <folder>', 'workspace folder of the file', '.')
    .option('--model <model>', 'model instead of the active one')
    .option('--samples <n>', 'programs to try', wholeNumber(BOUNDS.samples), DEFAULT_RUN.samples)
    .option(
      '--seed <n>',
      'random seed; the same seed and settings give the same programs',
      wholeNumber(BOUNDS.seed),
      DEFAULT_RUN.seed,
    )
    .option('--python <path>', 'Python interpreter that runs the programs')
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines');
  return withEndpoint(command).action(async (file: string, flags: RepairFlags) => {
    const output = createOutput({ json: flags.json === true });
    const workspace = await workspaceFolder(flags.workspace);
    const workbench = new Workbench({ workspace, device: 'auto', ...runContext(flags, output) });
    try {
      const { line, samples, seed } = flags;
      const model = flags.model ?? (await workbench.activeModel(DEFAULT_RUN.model));
      const repair = await repairFunction(
        workbench,
        { path: path.resolve(file), line },
        { ...DEFAULT_RUN, workspace, model, samples, seed },
      );
      output.result({ event: 'repair', repair }, () =>
        [
          `${repair.passed} of ${repair.tried} programs pass the checks of ${repair.task}`,
          repair.edit === undefined
            ? `Most of the failing programs:\n${repair.feedback}`
            : repair.edit.text.trimEnd(),
        ].join('\n\n'),
      );
      if (repair.edit === undefined) process.exitCode = EXIT_CODES.failed;
    } finally {
      output.end();
      await workbench.close();
    }
  });
}
