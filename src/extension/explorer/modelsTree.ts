import path from 'node:path';
import * as vscode from 'vscode';
import { percent } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import { noteItem, type ModelNode, type NoteNode } from './nodes.ts';

/** The stored models. A star marks the active model of each folder. */
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
    const { hash, record, active } = node.model;
    const several = this.#services.places.folders().length > 1;
    const used = `active${several ? ` in ${path.basename(node.workspace)}` : ''} · `;
    const item = new vscode.TreeItem(record.name, vscode.TreeItemCollapsibleState.None);
    const rate = record.heldOut === undefined ? '' : ` · held-out ${percent(record.heldOut.pass1)}`;
    item.description = `${active ? used : ''}${hash.slice(0, 8)}${rate}`;
    item.iconPath = new vscode.ThemeIcon(active ? 'star-full' : 'database');
    item.contextValue = active ? 'model.active' : 'model';
    item.tooltip = `${record.source}\n${record.licence}\nprompt marker: ${record.condition}`;
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

function isUsed(node: ModelNode | NoteNode): boolean {
  return node.kind === 'note' || node.model.active;
}
