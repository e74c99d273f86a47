import { Command } from 'commander';
import { outcomeLine } from '../../core/outcome/verdictCard.ts';
import { bytes, startText } from '../../core/text/words.ts';
import type { RunSummary } from '../../protocol/backend.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { createOutput } from '../output.ts';
import { runCard } from '../runCard.ts';
import { reportText, table } from '../text.ts';

interface RunsFlags {
  workspace: string;
  delete?: boolean;
  export?: string;
  json?: boolean;
}

export function runsCommand(): Command {
  return new Command('runs')
    .description('Lists the runs of a workspace, or shows one.')
    .argument('[run]', 'id of a run, or "last"')
    .option('--workspace <folder>', 'workspace folder', '.')
    .option('--export <file>', 'write the run with its tasks and samples as JSON lines')
    .option('--delete', 'delete the run with its samples; its models stay')
    .option('--json', 'print JSON lines')
    .action(async (named: string | undefined, flags: RunsFlags, command: Command) => {
      const output = createOutput({ json: flags.json === true });
      const workspace = await workspaceFolder(flags.workspace);
      const stored = new StoredRuns(workspace, process.env);
      if (named === undefined) {
        if (flags.delete === true || flags.export !== undefined) command.error('error: name a run');
        const runs = stored.list();
        output.result({ event: 'runs', runs }, () => listText(runs));
        return;
      }
      const { report } = stored.detail(named);
      const { run } = report;
      if (flags.export !== undefined) {
        const file = flags.export;
        await stored.export(run, file);
        output.result({ event: 'exported', run, file }, () => `Run ${run} is in ${file}.`);
      }
      if (flags.delete === true) {
        const freed = await stored.size(run);
        await stored.delete(run);
        output.result(
          { event: 'deleted', run, freed },
          () => `Run ${run} is deleted, ${bytes(freed)} freed.`,
        );
      }
      if (flags.delete !== true && flags.export === undefined) {
        const card = await runCard(stored, workspace, run);
        output.result({ event: 'report', report }, () => reportText(report, card, undefined));
      }
    });
}

function listText(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'No runs yet. `leti train` starts one.';
  return table(
    ['run', 'started', 'outcome', 'rounds'],
    runs.map((run) => [run.id, startText(run.startedAt), outcomeLine(run), String(run.rounds)]),
  );
}
