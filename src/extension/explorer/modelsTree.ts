import * as vscode from 'vscode';
import { percent } from '../../core/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import type { ModelNode, NoteNode } from './nodes.ts';
import { noteItem } from './runsTree.ts';

/** The stored models; each folder marks the one that its completions use. */
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
    const item = new vscode.TreeItem(record.name, vscode.TreeItemCollapsibleState.None);
    const rate = record.heldOut === undefined ? '' : ` · held-out ${percent(record.heldOut.pass1)}`;
    item.description = `${active ? 'in use · ' : ''}${hash.slice(0, 8)}${rate}`;
    item.iconPath = new vscode.ThemeIcon(active ? 'star-full' : 'database');
    item.contextValue = active ? 'model.active' : 'model';
    item.tooltip = `${record.source}\n${record.licence}\nasked under: ${record.condition}`;
    return item;
  }

  async getChildren(node?: ModelNode | NoteNode): Promise<(ModelNode | NoteNode)[]> {
    const { places, backend } = this.#services;
    const folder = places.folders()[0];
    if (node !== undefined || folder === undefined) return [];
    try {
      const models = await backend.ask(REQUESTS.models, { workspace: folder.uri.fsPath });
      return models.map((model) => ({ kind: 'model', workspace: folder.uri.fsPath, model }));
    } catch (error) {
      return [{ kind: 'note', text: explain(error) ?? 'cancelled' }];
    }
  }
}
