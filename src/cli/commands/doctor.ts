import { Command } from 'commander';
import { examine } from '../../app/doctor.ts';
import { createOutput } from '../output.ts';
import { commandLineStep } from '../stepWords.ts';
import { runContext, type RunFlags } from '../runContext.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Checks what LeTI needs: interpreter, sandbox, trainer environment, disk.')
    .argument('[workspace]', 'folder whose interpreter is checked', '.')
    .option('--python <path>', "the workspace's interpreter")
    .option('--trainer-python <path>', "an environment of your own with the trainer's packages")
    .option('--json', 'JSON lines for programs')
    .action(async (workspace: string, flags: RunFlags & { json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const findings = await examine({ ...runContext(flags, output), workspace });
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
