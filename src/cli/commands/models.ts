import { Command } from 'commander';
import { percent } from '../../core/text/words.ts';
import { StoredModels } from '../../app/models/stored.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { createOutput } from '../output.ts';
import { table } from '../text.ts';

interface ModelsFlags {
  workspace: string;
  json?: boolean;
}

export function modelsCommand(): Command {
  const command = new Command('models').description('The stored models, and which one completions use.');
  options(command.command('list', { isDefault: true }))
    .description('Lists them.')
    .action(async (flags: ModelsFlags) => {
      const models = await (await stored(flags)).list();
      const used = models.find(({ active }) => active)?.hash;
      createOutput({ json: flags.json === true }).result({ event: 'models', models, active: used }, () =>
        models.length === 0
          ? 'No models yet. `leti train` brings the default one.'
          : table(
              ['', 'hash', 'name', 'asked under', 'held-out pass@1', 'source'],
              models.map(({ active, hash, record }) => [
                active ? '*' : '',
                hash,
                record.name,
                record.condition,
                record.heldOut === undefined ? '-' : percent(record.heldOut.pass1),
                record.source,
              ]),
            ),
      );
    });
  options(command.command('promote').argument('<model>', 'beginning of its hash'))
    .description('Puts a stored model into use in a workspace.')
    .action(async (prefix: string, flags: ModelsFlags) => {
      const model = await (await stored(flags)).promote(prefix);
      createOutput({ json: flags.json === true }).result(
        { event: 'promoted', model: model.hash },
        () => `${model.record.name} (${model.hash}) is in use.`,
      );
    });
  options(command.command('rollback'))
    .description('Undoes the last promotion in a workspace.')
    .action(async (flags: ModelsFlags) => {
      const { hash, name } = await (await stored(flags)).rollback();
      createOutput({ json: flags.json === true }).result(
        { event: 'rolled back', model: hash },
        () => `${name} is in use again.`,
      );
    });
  return command;
}

function options(command: Command): Command {
  return command
    .option('--workspace <folder>', 'whose model', '.')
    .option('--json', 'JSON lines for programs')
    .exitOverride();
}

async function stored(flags: ModelsFlags): Promise<StoredModels> {
  return new StoredModels(await workspaceFolder(flags.workspace), process.env);
}
