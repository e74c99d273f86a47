import { Command } from 'commander';
import { recordedText } from '../../core/completion/recordedText.ts';
import { UsedCompletions } from '../../app/recordedUse.ts';
import { workspaceFiles, workspaceFolder } from '../../app/folders.ts';
import { createOutput } from '../output.ts';

interface CompletionsFlags {
  workspace: string;
  json?: boolean;
}

export function completionsCommand(): Command {
  const command = new Command('completions').description(
    'Shows or deletes what is recorded of completions, where their user agreed to that.',
  );
  options(command.command('show', { isDefault: true }))
    .description('Everything that is recorded, the newest first.')
    .action(async (flags: CompletionsFlags) => {
      const completions = (await recorded(flags)).list();
      createOutput({ json: flags.json === true }).result({ event: 'completions', completions }, () =>
        recordedText(completions),
      );
    });
  options(command.command('delete'))
    .description('Deletes all of it.')
    .action(async (flags: CompletionsFlags) => {
      await (await recorded(flags)).delete();
      createOutput({ json: flags.json === true }).result(
        { event: 'deleted' },
        () => 'What completions recorded is deleted.',
      );
    });
  return command;
}

function options(command: Command): Command {
  return command
    .option('--workspace <folder>', 'whose completions', '.')
    .option('--json', 'JSON lines for programs')
    .exitOverride();
}

async function recorded({ workspace }: CompletionsFlags): Promise<UsedCompletions> {
  return new UsedCompletions(workspaceFiles(await workspaceFolder(workspace), process.env));
}
