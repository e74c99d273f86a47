import { Command } from 'commander';
import { recordedText } from '../../core/completion/recordedText.ts';
import { RecordedCompletions } from '../../app/recordedCompletions.ts';
import { workspaceFiles, workspaceFolder } from '../../app/folders.ts';
import { createOutput } from '../output.ts';

interface CompletionsFlags {
  workspace: string;
  json?: boolean;
}

export function completionsCommand(): Command {
  const command = new Command('completions').description(
    'Shows or deletes the recorded completions. LeTI records them only if you agreed.',
  );
  options(command.command('show', { isDefault: true }))
    .description('Shows the recorded completions, newest first.')
    .action(async (flags: CompletionsFlags) => {
      const completions = (await recorded(flags)).list();
      createOutput({ json: flags.json === true }).result({ event: 'completions', completions }, () =>
        recordedText(completions),
      );
    });
  options(command.command('delete'))
    .description('Deletes all recorded completions.')
    .action(async (flags: CompletionsFlags) => {
      await (await recorded(flags)).delete();
      createOutput({ json: flags.json === true }).result(
        { event: 'deleted' },
        () => 'All recorded completions are deleted.',
      );
    });
  return command;
}

function options(command: Command): Command {
  return command
    .option('--workspace <folder>', 'workspace folder', '.')
    .option('--json', 'print JSON lines')
    .exitOverride();
}

async function recorded({ workspace }: CompletionsFlags): Promise<RecordedCompletions> {
  return new RecordedCompletions(workspaceFiles(await workspaceFolder(workspace), process.env));
}
