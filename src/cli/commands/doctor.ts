import { Command } from 'commander';
import { examine } from '../../app/doctor.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { createOutput } from '../output.ts';
import { commandLineStep } from '../stepWords.ts';
import { runContext, type RunFlags } from '../runContext.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Checks the interpreter, the sandbox, the trainer environment and the disk.')
    .argument('[workspace]', 'workspace folder', '.')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines')
    .action(async (workspace: string, flags: RunFlags & { json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const folder = await workspaceFolder(workspace);
      const findings = await examine({ ...runContext(flags, output), workspace: folder });
      output.result({ event: 'doctor', findings }, () =>
        findings
          .map(({ what, ok, detail, nextStep }) => {
            const todo = nextStep === undefined ? '' : ` ${commandLineStep(nextStep)}`;
            return `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}${todo}`;
          })
          .join('\n'),
      );
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}
