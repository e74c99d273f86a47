import { Command } from 'commander';
import { examine } from '../../rounds/doctor.ts';
import { createOutput } from '../output.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Checks what LeTI needs: interpreter, sandbox, trainer environment, disk.')
    .argument('[workspace]', 'folder whose interpreter is checked', '.')
    .option('--python <path>', "the workspace's interpreter")
    .option('--json', 'JSON lines for programs')
    .action(async (workspace: string, flags: { python?: string; json?: boolean }) => {
      const findings = await examine(workspace, flags.python);
      createOutput({ json: flags.json === true }).result({ event: 'doctor', findings }, () =>
        findings.map(({ what, ok, detail }) => `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}`).join('\n'),
      );
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}
