import * as vscode from 'vscode';
import { availableModelLine, modelWords, percent } from '../../core/text/words.ts';
import { REQUESTS, type AvailableModel, type StoredModelSummary } from '../../protocol/backend.ts';
import type { ModelNode } from '../explorer/nodes.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';

/** Makes a stored model the active one: that of the tree, or the user's choice. */
export async function promote(services: Services, node: ModelNode | undefined): Promise<void> {
  const { workspace, model } =
    node === undefined ? await pickModel(services) : { ...node, model: node.model.hash };
  const place = await services.places.place(vscode.Uri.file(workspace));
  await withRunProgress('LeTI: preparing the model', services.log, async (following) =>
    services.backend.ask(REQUESTS.promote, { ...place, model }, following),
  );
  void vscode.window.showInformationMessage(`Completions now use model ${modelWords(model)}.`);
}

export async function rollBack(services: Services): Promise<void> {
  const folder = await services.places.chooseFolder();
  const name = await services.backend.ask(REQUESTS.rollback, { workspace: folder.fsPath });
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

function rowOf({ hash, record, active }: StoredModelSummary): vscode.QuickPickItem {
  return {
    label: `${active ? '$(star-full) ' : ''}${record.name}`,
    description: hash.slice(0, 8),
    detail:
      record.heldOut === undefined
        ? record.source
        : `held-out ${percent(record.heldOut.pass1)}; ${record.source}`,
  };
}

async function pickModel(services: Services): Promise<{ workspace: string; model: string }> {
  const folder = await services.places.chooseFolder();
  const workspace = folder.fsPath;
  const [models, available] = await Promise.all([
    services.backend.ask(REQUESTS.models, { workspace }),
    services.backend.ask(REQUESTS.availableModels, { workspace }),
  ]);
  const picked = await vscode.window.showQuickPick(
    [...models.map((known) => ({ ...rowOf(known), model: known.hash })), ...catalogueRows(available, models)],
    { title: 'LeTI: Choose active model', placeHolder: 'Select a model', matchOnDetail: true },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return { workspace, model: picked.model };
}
