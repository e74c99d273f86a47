import { Command } from 'commander';
import { UserError } from '../../protocol/errors.ts';
import { runReport } from '../../rounds/report.ts';
import { workspaceFiles, workspaceFolder } from '../../rounds/workspaceFiles.ts';
import { RunStore, type RunRow } from '../../store/runStore.ts';
import { isHeld } from '../../store/runLock.ts';
import { createOutput } from '../output.ts';
import { percent, reportText, table } from '../text.ts';

interface RunsFlags {
  workspace: string;
  json?: boolean;
}

export function runsCommand(): Command {
  return new Command('runs')
    .description('Lists the runs of a workspace, or shows one.')
    .argument('[run]', 'a run, or "last"')
    .option('--workspace <folder>', 'whose runs', '.')
    .option('--json', 'JSON lines for programs')
    .action(async (id: string | undefined, flags: RunsFlags) => {
      const output = createOutput({ json: flags.json === true });
      const files = workspaceFiles(await workspaceFolder(flags.workspace), process.env);
      const store = new RunStore(files.store);
      try {
        const runs = store.runs();
        if (id === undefined) {
          const live = isHeld(files.lock);
          output.result({ event: 'runs', runs }, () => listText(runs, store, live));
          return;
        }
        const found = id === 'last' ? runs[0] : runs.find((run) => run.id === id);
        const report = found === undefined ? undefined : runReport(store, found.id);
        if (report === undefined) {
          throw new UserError(
            `There is no run ${id} in ${flags.workspace}.`,
            '`leti runs` lists the runs.',
            2,
          );
        }
        output.result({ event: 'report', report }, () => reportText(report, undefined));
      } finally {
        store.close();
      }
    });
}

function listText(runs: readonly RunRow[], store: RunStore, live: boolean): string {
  if (runs.length === 0) return 'No runs yet. `leti train` starts one.';
  const rows = runs.map((run) => {
    const heldOut = runReport(store, run.id)?.heldOut ?? [];
    const rate = (index: number): string => {
      const value = heldOut.at(index)?.passAt['1']?.value;
      return value === undefined ? '-' : percent(value);
    };
    // A killed run never said that it ended.
    const status = run.status === 'running' && !live ? 'interrupted' : run.status;
    return [run.id, status, run.config.objective, String(run.config.rounds), rate(0), rate(-1)];
  });
  return table(['run', 'status', 'objective', 'rounds', 'held-out before', 'held-out now'], rows);
}
