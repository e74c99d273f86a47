import { Command } from 'commander';
import { bytes, percent, roundTime } from '../../core/text/words.ts';
import type { AvailableModel } from '../../protocol/backend.ts';
import { availableModels } from '../../app/models/available.ts';
import { StoredModels } from '../../app/models/stored.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { Workbench } from '../../app/workbench.ts';
import { createOutput } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';
import { table } from '../text.ts';

interface ModelsFlags {
  workspace: string;
  json?: boolean;
}

export function modelsCommand(): Command {
  const command = new Command('models').description('Lists, promotes and rolls back stored models.');
  options(command.command('list', { isDefault: true }))
    .description('Lists the stored models and marks the active one.')
    .action(async (flags: ModelsFlags) => {
      const models = await (await stored(flags)).list();
      const activeHash = models.find(({ active }) => active)?.hash;
      createOutput({ json: flags.json === true }).result(
        { event: 'models', models, active: activeHash },
        () =>
          models.length === 0
            ? 'No models yet. `leti train` stores the first one.'
            : table(
                ['', 'hash', 'name', 'prompt marker', 'held-out pass@1', 'source'],
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
  command
    .command('available')
    .description('Lists the models that LeTI knows: download, memory, licence, and the time of a round here.')
    .option('--json', 'print JSON lines')
    .exitOverride()
    .action(async (flags: { json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const models = await availableModels(process.env, undefined, (message) => {
        output.event({ event: 'notice', message });
      });
      output.result({ event: 'available models', models }, () => availableText(models));
    });
  options(command.command('promote').argument('<model>', 'beginning of the hash, or a name of the catalogue'))
    .description('Makes a model the active model of a workspace. Fetches and exports it first if needed.')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option('--trainer-python <path>', "your own environment with the trainer's packages")
    .action(async (prefix: string, flags: ModelsFlags & RunFlags) => {
      const output = createOutput({ json: flags.json === true });
      const workspace = await workspaceFolder(flags.workspace);
      const workbench = new Workbench({ workspace, device: 'auto', ...runContext(flags, output) });
      try {
        const model = await workbench.promoteByHand(prefix);
        output.result(
          { event: 'promoted', model: model.hash },
          () => `${model.record.name} (${model.hash}) is now the active model.`,
        );
      } finally {
        output.end();
        await workbench.close();
      }
    });
  options(command.command('rollback'))
    .description('Makes the previous model of a workspace the active one again.')
    .action(async (flags: ModelsFlags) => {
      const { hash, name } = await (await stored(flags)).rollback();
      createOutput({ json: flags.json === true }).result(
        { event: 'rolled back', model: hash },
        () => `${name} is active again.`,
      );
    });
  return command;
}

function availableText(models: readonly AvailableModel[]): string {
  const rows = models.map((model) => [
    model.hash === undefined ? '' : '*',
    model.name,
    `${(model.parameters / 1e9).toFixed(2)} B`,
    bytes(model.downloadBytes),
    bytes(model.memory.complete),
    bytes(model.memory.train),
    model.needsAccelerator ? 'needs a GPU' : roundTime(model),
    model.licence,
  ]);
  return `${table(HEADINGS, rows)}\n* is stored already. A round has 60 tasks, and its time is estimated for this computer.\n${models.find(({ defaultNote }) => defaultNote !== undefined)?.defaultNote ?? ''}`;
}

const HEADINGS = [
  '',
  'name',
  'parameters',
  'download',
  'memory to complete',
  'to train',
  'a round here',
  'licence',
];

function options(command: Command): Command {
  return command
    .option('--workspace <folder>', 'workspace folder', '.')
    .option('--json', 'print JSON lines')
    .exitOverride();
}

async function stored(flags: ModelsFlags): Promise<StoredModels> {
  const output = createOutput({ json: flags.json === true });
  return new StoredModels(await workspaceFolder(flags.workspace), process.env, (message) => {
    output.event({ event: 'notice', message });
  });
}
