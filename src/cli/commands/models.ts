import { Command } from 'commander';
import { letiHome } from '../../process/folders.ts';
import { UserError } from '../../protocol/errors.ts';
import { workspaceFiles, workspaceFolder } from '../../rounds/workspaceFiles.ts';
import { ActiveModels } from '../../training/active.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { createOutput } from '../output.ts';
import { percent, table } from '../text.ts';

interface ModelsFlags {
  workspace: string;
  json?: boolean;
}

export function modelsCommand(): Command {
  const command = new Command('models').description('The stored models, and which one completions use.');
  options(command.command('list', { isDefault: true }))
    .description('Lists them.')
    .action(async (flags: ModelsFlags) => {
      const { active, store } = await open(flags);
      const used = (await active.history()).at(-1)?.model;
      const models = await store.list();
      createOutput({ json: flags.json === true }).result({ event: 'models', models, active: used }, () =>
        models.length === 0
          ? 'No models yet. `leti train` brings the default one.'
          : table(
              ['', 'hash', 'name', 'asked under', 'held-out pass@1', 'source'],
              models.map(({ hash, record }) => [
                hash === used ? '*' : '',
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
      const { active, store } = await open(flags);
      const model = await store.get(prefix);
      if (model === undefined)
        throw new UserError(
          `No single stored model begins with "${prefix}".`,
          '`leti models` lists them.',
          2,
        );
      await active.promote(model.hash, 'promoted by hand');
      createOutput({ json: flags.json === true }).result(
        { event: 'promoted', model: model.hash },
        () => `${model.record.name} (${model.hash}) is in use.`,
      );
    });
  options(command.command('rollback'))
    .description('Undoes the last promotion in a workspace.')
    .action(async (flags: ModelsFlags) => {
      const { active, store } = await open(flags);
      const hash = await active.rollback();
      const name = hash === undefined ? 'The base model' : ((await store.get(hash))?.record.name ?? hash);
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

async function open(flags: ModelsFlags): Promise<{ active: ActiveModels; store: ModelStore }> {
  const files = workspaceFiles(await workspaceFolder(flags.workspace), process.env);
  return { active: new ActiveModels(files.folder), store: new ModelStore(letiHome(process.env)) };
}
