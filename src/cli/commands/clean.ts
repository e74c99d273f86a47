import { Command } from 'commander';
import { bytes } from '../../core/text/words.ts';
import { letiHome } from '../../process/letiHome.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import { isAnyRunGoingOn } from '../../app/folders.ts';
import { keptModels } from '../../app/models/lifetime.ts';
import { findWaste, removeWaste } from '../../training/cleanup.ts';
import { madeEnvironments } from '../../training/environment.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { createOutput } from '../output.ts';

export function cleanCommand(): Command {
  return new Command('clean')
    .description('Frees disk space: deletes unfinished folders, old environments and unused models.')
    .option('--dry-run', 'show what would be deleted, delete nothing')
    .option('--json', 'print JSON lines')
    .action(async (flags: { dryRun?: boolean; json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const home = letiHome(process.env);
      const dryRun = flags.dryRun === true;
      if (!dryRun && (await isAnyRunGoingOn(home))) {
        throw new UserError('A run is running, and cleaning would delete its unfinished work.', [
          ...step`Wait until it ends, or ${action('stopRun')}.`,
          ...step`${action('showDisk')} to see what it would free.`,
        ]);
      }
      const notice = (message: string): void => {
        output.event({ event: 'notice', message });
      };
      const store = new ModelStore(home, notice);
      const models = await keptModels(home, store);
      for (const why of models.unreadable) notice(`${why} LeTI keeps all models.`);
      const environments = new Set(await madeEnvironments(home));
      const waste = await findWaste(home, store, { environments, models });
      if (!dryRun) await removeWaste(waste);
      const total = waste.reduce((sum, item) => sum + item.bytes, 0);
      output.result({ event: 'clean', dryRun, waste, bytes: total }, () =>
        [
          ...waste.map((item) => `${bytes(item.bytes).padStart(10)}  ${item.path}  (${item.why})`),
          waste.length === 0 ? 'Nothing to free.' : `${bytes(total)} ${dryRun ? 'can be freed' : 'freed'}`,
        ].join('\n'),
      );
    });
}
