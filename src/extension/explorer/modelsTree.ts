import path from 'node:path';
import * as vscode from 'vscode';
import {
  measuredSentence,
  modelFacts,
  modelPhrase,
  modelTitle,
  originalName,
} from '../../core/outcome/modelNames.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { StoredModelSummary } from '../../protocol/storedModels.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import { noteItem, type ModelNode, type NoteNode } from './nodes.ts';

/** The stored models with their measured rates. A star marks the active model of each folder. */
export class ModelsTree implements vscode.TreeDataProvider<ModelNode | NoteNode> {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  getTreeItem(node: ModelNode | NoteNode): vscode.TreeItem {
    if (node.kind === 'note') return noteItem(node);
    const { record, active, measured } = node.model;
    const several = this.#services.places.folders().length > 1;
    const where = active && several ? ` in ${path.basename(node.workspace)}` : '';
    const item = new vscode.TreeItem(modelTitle(record), vscode.TreeItemCollapsibleState.None);
    const facts = modelFacts(node.model);
    const original = record.run === undefined ? '' : originalName(record);
    item.description = [facts + where, original].filter((part) => part !== '').join(' · ');
    item.iconPath = iconOf(node.model);
    item.contextValue = active ? 'model.active' : 'model';
    item.tooltip = [modelPhrase(record), measuredSentence(measured), record.source, record.licence].join(
      '\n',
    );
    item.accessibilityInformation = { label: `${modelPhrase(record)}, ${facts}` };
    if (measured !== undefined) {
      const address = { workspace: node.workspace, run: measured.run };
      item.command = { command: 'leti.openRun', title: 'Open Run', arguments: [address] };
    }
    return item;
  }

  async getChildren(node?: ModelNode | NoteNode): Promise<(ModelNode | NoteNode)[]> {
    if (node !== undefined) return [];
    const { places } = this.#services;
    const folders = places.folders().map(({ uri }) => uri);
    const lists = await Promise.all(folders.map(async (folder) => await this.#ofFolder(folder)));
    // All folders share the models. They differ only in the active one.
    const [first, ...others] = lists;
    return [...(first ?? []), ...others.flatMap((own) => own.filter(isUsed))];
  }

  async #ofFolder(folder: vscode.Uri): Promise<(ModelNode | NoteNode)[]> {
    const { places, backend, keys } = this.#services;
    const workspace = folder.fsPath;
    try {
      const models = await backend.ask(REQUESTS.models, {
        workspace,
        fallbackModel: places.runSettings(folder).model,
      });
      const promotions = await backend.ask(REQUESTS.promotions, { workspace });
      keys.note(workspace, { models: models.length, promotions });
      return models.map((model) => ({ kind: 'model', workspace, model }));
    } catch (error) {
      return [{ kind: 'note', text: explain(error) ?? 'cancelled' }];
    }
  }
}

function iconOf({ active, measured }: StoredModelSummary): vscode.ThemeIcon {
  if (active) return new vscode.ThemeIcon('star-full');
  return new vscode.ThemeIcon(
    { promote: 'pass', refuse: 'close', undecided: 'question', none: 'database' }[
      measured?.decision ?? 'none'
    ],
  );
}

function isUsed(node: ModelNode | NoteNode): boolean {
  return node.kind === 'note' || node.model.active;
}
