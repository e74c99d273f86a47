import * as vscode from 'vscode';
import {
  measuredSentence,
  modelFacts,
  modelPhrase,
  modelTitle,
  originalName,
  promotionQuestion,
  rateWords,
} from '../../core/outcome/modelNames.ts';
import { availableModelLine, modelWords } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { AvailableModel, StoredModelSummary } from '../../protocol/storedModels.ts';
import { UserError } from '../../protocol/errors.ts';
import type { PageAddress } from '../../protocol/runPage.ts';
import type { ModelNode } from '../explorer/nodes.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';

/** Makes a stored model the active one: that of the tree, or the user's choice. Asks where no run found it better. */
export async function promote(services: Services, node: ModelNode | undefined): Promise<void> {
  if (node !== undefined) await use(services, node.workspace, node.model.hash);
  else {
    const { workspace, model } = await pickModel(services);
    await use(services, workspace, model);
  }
}

/** Uses the model that a run is about, also where the run did not find it better. */
export async function useRun(services: Services, { workspace, run }: PageAddress): Promise<void> {
  const { summary } = await services.backend.ask(REQUESTS.run, { workspace, run });
  if (summary.outcome === undefined) throw new UserError('This run made no new model.', 'Train again.');
  await use(services, workspace, summary.outcome.model);
}

/** `model` is the hash of a stored model, or a name of the catalogue. */
async function use(services: Services, workspace: string, model: string): Promise<void> {
  const { backend } = services;
  const known = (await backend.ask(REQUESTS.models, { workspace })).find(({ hash }) => hash === model);
  const asked = known === undefined ? undefined : promotionQuestion(known);
  if (asked !== undefined) {
    const yes = 'Use Anyway';
    const { question, detail } = asked;
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  }
  const place = await services.places.place(vscode.Uri.file(workspace));
  await withRunProgress('LeTI: preparing the model', services.log, async (following) =>
    backend.ask(REQUESTS.promote, { ...place, model }, following),
  );
  const rate = rateWords(known?.measured);
  const name = known === undefined ? modelWords(model) : modelPhrase(known.record);
  const undo = 'Undo';
  void vscode.window
    .showInformationMessage(`Completions now use ${name}${rate === '' ? '' : `: ${rate}`}.`, undo)
    .then((choice) => {
      if (choice === undo) void vscode.commands.executeCommand('leti.rollBack', { workspace });
    });
}

/** Makes the model of before the active one again, in the folder of a run or in the one that the user chooses. */
export async function rollBack(services: Services, of?: { workspace: string }): Promise<void> {
  const folder = of === undefined ? await services.places.chooseFolder() : vscode.Uri.file(of.workspace);
  const workspace = folder.fsPath;
  if ((await services.backend.ask(REQUESTS.promotions, { workspace })) === 0) {
    void vscode.window.showInformationMessage('Nothing to roll back: you are on the original model.');
    return;
  }
  const fallbackModel = services.places.settings(folder).model;
  const { name } = await services.backend.ask(REQUESTS.rollback, { workspace, fallbackModel });
  void vscode.window.showInformationMessage(`Completions now use ${name} again.`);
}

/**
 * Asks for the model that a run starts from: the default, a stored one, or a name. Undefined where the user cancels.
 */
export async function askForModel(
  services: Services,
  folder: vscode.Uri,
  value: string,
): Promise<string | undefined> {
  const workspace = folder.fsPath;
  const [models, available] = await Promise.all([
    services.backend.ask(REQUESTS.models, { workspace, fallbackModel: value }),
    services.backend.ask(REQUESTS.availableModels, { workspace }),
  ]);
  const other = 'Other…';
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: 'default',
        description: 'the model that LeTI chooses',
        detail: available.find(({ defaultNote }) => defaultNote !== undefined)?.defaultNote ?? '',
        model: 'default',
      },
      ...catalogueRows(available, models),
      ...models.map((known) => ({ ...rowOf(known), model: known.hash })),
      { label: other, description: 'a model folder or a Hugging Face id (owner/name)', model: undefined },
    ],
    { title: 'LeTI: Choose model', placeHolder: value, matchOnDetail: true },
  );
  if (picked === undefined || picked.model !== undefined) return picked?.model;
  const named = await vscode.window.showInputBox({
    title: 'Model',
    value,
    prompt:
      'default, a model of the catalogue, a model folder, the hash of a stored model, or a Hugging Face id (owner/name)',
  });
  return named === undefined || named.trim() === '' ? undefined : named.trim();
}

/** The models of the catalogue that are not stored; the stored ones have rows of their own. */
function catalogueRows(
  available: readonly AvailableModel[],
  stored: readonly StoredModelSummary[],
): (vscode.QuickPickItem & { model: string })[] {
  return available
    .filter(({ hash }) => !stored.some((model) => model.hash === hash))
    .map((model) => ({
      label: `$(cloud-download) ${model.name}`,
      description: `${(model.parameters / 1e9).toFixed(2)} B parameters, by ${model.by}`,
      detail: availableModelLine(model),
      model: model.name,
    }));
}

function rowOf(model: StoredModelSummary): vscode.QuickPickItem {
  const { record, active, measured } = model;
  const original = record.run === undefined ? '' : originalName(record);
  return {
    label: `${active ? '$(star-full) ' : ''}${modelTitle(record)}`,
    description: [modelFacts(model), original].filter((part) => part !== '').join(' · '),
    detail: measured === undefined ? record.source : measuredSentence(measured),
  };
}

async function pickModel(services: Services): Promise<{ workspace: string; model: string }> {
  const folder = await services.places.chooseFolder();
  const workspace = folder.fsPath;
  const [models, available] = await Promise.all([
    services.backend.ask(REQUESTS.models, {
      workspace,
      fallbackModel: services.places.settings(folder).model,
    }),
    services.backend.ask(REQUESTS.availableModels, { workspace }),
  ]);
  const picked = await vscode.window.showQuickPick(
    [...models.map((known) => ({ ...rowOf(known), model: known.hash })), ...catalogueRows(available, models)],
    { title: 'LeTI: Choose active model', placeHolder: 'Select a model', matchOnDetail: true },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return { workspace, model: picked.model };
}
