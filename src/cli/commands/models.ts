import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import {
  answerWords,
  modelPhrase,
  modelTitle,
  originalName,
  promotionQuestion,
  rateWords,
} from '../../core/outcome/modelNames.ts';
import { bytes, roundTime } from '../../core/text/words.ts';
import type { AvailableModel } from '../../protocol/storedModels.ts';
import { availableModels } from '../../app/models/available.ts';
import { StoredRuns } from '../../app/runs/storedRuns.ts';
import { StoredModels } from '../../app/models/stored.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { Workbench } from '../../app/workbench.ts';
import { createOutput, type Output } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';
import { table } from '../text.ts';

interface ModelsFlags {
  workspace: string;
  json?: boolean;
  yes?: boolean;
}

export function modelsCommand(): Command {
  const command = new Command('models').description('Lists, promotes and rolls back stored models.');
  options(command.command('list', { isDefault: true }))
    .description('Lists the stored models and marks the active one.')
    .action(async (flags: ModelsFlags) => {
      const runs = new StoredRuns(await workspaceFolder(flags.workspace), process.env);
      const models = await (await stored(flags)).list(undefined, runs.rates());
      const activeHash = models.find(({ active }) => active)?.hash;
      createOutput({ json: flags.json === true }).result(
        { event: 'models', models, active: activeHash },
        () =>
          models.length === 0
            ? 'No models yet. `leti train` stores the first one.'
            : table(
                ['', 'model', 'test tasks', 'answer', 'original', 'hash'],
                models.map(({ active, hash, record, measured }) => [
                  active ? '*' : '',
                  modelTitle(record),
                  rateWords(measured) || 'not measured',
                  answerWords(measured),
                  originalName(record),
                  hash,
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
    .option('--yes', 'do not ask where no run found the model better')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option('--trainer-python <path>', "your own environment with the trainer's packages")
    .action(async (prefix: string, flags: ModelsFlags & RunFlags) => {
      const output = createOutput({ json: flags.json === true });
      const workspace = await workspaceFolder(flags.workspace);
      const workbench = new Workbench({ workspace, device: 'auto', ...runContext(flags, output) });
      try {
        const found = (await storedModels(workspace, output).list(undefined, ratesOf(workspace))).filter(
          ({ hash }) => hash.startsWith(prefix),
        );
        const asked = found[0] === undefined || found.length > 1 ? undefined : promotionQuestion(found[0]);
        if (asked !== undefined && !(await agrees(asked, flags, output))) {
          output.result({ event: 'not promoted', model: found[0]?.hash }, () => 'Nothing has changed.');
          return;
        }
        const model = await workbench.promoteByHand(prefix);
        const rate = rateWords(found[0]?.measured);
        output.result(
          { event: 'promoted', model: model.hash },
          () => `Completions now use ${modelPhrase(model.record)}${rate === '' ? '' : `: ${rate}`}.`,
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
        () => `Completions now use ${name} again.`,
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
  return storedModels(await workspaceFolder(flags.workspace), createOutput({ json: flags.json === true }));
}

function storedModels(workspace: string, output: Output): StoredModels {
  return new StoredModels(workspace, process.env, (message) => {
    output.event({ event: 'notice', message });
  });
}

function ratesOf(workspace: string): ReturnType<StoredRuns['rates']> {
  return new StoredRuns(workspace, process.env).rates();
}

/** Whether the user wants a model that no run found better. A terminal asks. A script gets a notice and no question. */
async function agrees(
  { question, detail }: { question: string; detail: string },
  { json, yes }: ModelsFlags,
  output: Output,
): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !process.stdin.isTTY || !process.stderr.isTTY) {
    output.event({ event: 'notice', message: detail });
    return true;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${detail}\n${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
