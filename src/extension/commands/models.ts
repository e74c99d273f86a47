import * as vscode from 'vscode';
import { percent } from '../../core/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { ModelNode } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';

/** Puts a stored model into use: the tree's, or the one that the user picks. */
export async function promote(services: Services, node: ModelNode | undefined): Promise<void> {
  const { workspace, model } =
    node === undefined ? await pickModel(services) : { ...node, model: node.model.hash };
  await services.backend.ask(REQUESTS.promote, { workspace, model });
  void vscode.window.showInformationMessage(`Completions now use the model ${model.slice(0, 8)}.`);
}

export async function rollBack(services: Services): Promise<void> {
  const folder = await services.places.choose();
  const name = await services.backend.ask(REQUESTS.rollback, { workspace: folder.fsPath });
  void vscode.window.showInformationMessage(`${name} is in use again.`);
}

async function pickModel(services: Services): Promise<{ workspace: string; model: string }> {
  const folder = await services.places.choose();
  const models = await services.backend.ask(REQUESTS.models, { workspace: folder.fsPath });
  const picked = await vscode.window.showQuickPick(
    models.map(({ hash, record, active }) => ({
      label: `${active ? '$(star-full) ' : ''}${record.name}`,
      description: hash.slice(0, 8),
      detail:
        record.heldOut === undefined
          ? record.source
          : `held-out ${percent(record.heldOut.pass1)}; ${record.source}`,
      hash,
    })),
    {
      title: 'LeTI: choose the model that completions use',
      placeHolder:
        models.length === 0 ? 'No models yet: the first training brings the default one' : 'Which model?',
    },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return { workspace: folder.fsPath, model: picked.hash };
}
