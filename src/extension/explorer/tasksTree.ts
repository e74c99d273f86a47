import path from 'node:path';
import * as vscode from 'vscode';
import { z } from 'zod';
import { skippedFirst, skippedWords } from '../../core/outcome/planWords.ts';
import { checksWords } from '../../core/text/words.ts';
import { REQUESTS, TrainingPlan, type TaskHistory } from '../../protocol/backend.ts';
import { coalesced } from '../coalesce.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import {
  noteItem,
  type DroppedNode,
  type FileNode,
  type LeftOutNode,
  type NoteNode,
  type TasksTreeNode,
  type WorkspaceTaskNode,
} from './nodes.ts';

/** A running run changes its store often. */
const PAUSE_MS = 2000;

/** Where VS Code keeps the result of the last search, so that it survives a reload of the window. */
const STORED = 'foundTasks';

/** Result of looking for tasks in a folder. */
const Found = TrainingPlan.pick({ tasks: true, weak: true, dropped: true });
type Found = z.infer<typeof Found>;
/** By folder. */
const StoredTasks = z.record(z.string(), Found);

/**
 * The workspace's tasks by file with their results in the newest run, tasks with weak checks, and what was left out.
 * Only a command of the user looks for tasks.
 */
export class TasksTree implements vscode.TreeDataProvider<TasksTreeNode>, vscode.Disposable {
  readonly #services: Services;
  readonly #found: Map<string, Found>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  /** Reads the results again, once for changes that come together. */
  readonly refresh = coalesced(() => {
    this.#changed.fire(undefined);
  }, PAUSE_MS);
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    // What another version stored and what no longer fits counts as nothing.
    const stored = StoredTasks.safeParse(services.context.workspaceState.get(STORED));
    const open = new Set(services.places.folders().map(({ uri }) => uri.fsPath));
    this.#found = new Map(Object.entries(stored.data ?? {}).filter(([folder]) => open.has(folder)));
  }

  /** Shows a new result for a folder. */
  async show(workspace: string, { tasks, weak, dropped }: Found): Promise<void> {
    this.#found.set(workspace, { tasks, weak, dropped });
    await this.#store();
  }

  dispose(): void {
    this.refresh.cancel();
    this.#changed.dispose();
  }

  getTreeItem(node: TasksTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return fileItem(node);
      case 'workspaceTask':
        return workspaceTaskItem(node);
      case 'leftOut':
        return leftOutItem(node);
      case 'dropped':
        return droppedItem(node);
      case 'note':
        return noteItem(node);
    }
  }

  /** Drops the tasks of folders that the workspace no longer has. */
  async forgetFolders(folders: readonly string[]): Promise<void> {
    for (const folder of folders) this.#found.delete(folder);
    await this.#store();
  }

  async #store(): Promise<void> {
    this.refresh();
    await this.#services.context.workspaceState.update(STORED, Object.fromEntries(this.#found));
  }

  async getChildren(node?: TasksTreeNode): Promise<TasksTreeNode[]> {
    if (node === undefined) return [...(await this.#files()), ...this.#leftOut()];
    if (node.kind === 'leftOut') {
      return skippedFirst(node.dropped).map((task) => ({ kind: 'dropped', workspace: node.workspace, task }));
    }
    return node.kind === 'file' ? node.tasks : [];
  }

  /** The files of all folders. Where a folder's runs cannot be read, a note says why, and its tasks have no results. */
  async #files(): Promise<(FileNode | NoteNode)[]> {
    const notes: NoteNode[] = [];
    const files: FileNode[] = [];
    for (const [workspace, { tasks, weak }] of this.#found) {
      const histories = await this.#newest(workspace).catch((error: unknown) => {
        notes.push({ kind: 'note', text: explain(error) ?? 'cancelled' });
        return new Map<string, TaskHistory>();
      });
      for (const [file, own] of Map.groupBy([...tasks, ...weak], (task) => task.path)) {
        files.push({
          kind: 'file',
          workspace,
          path: file,
          tasks: own
            .toSorted((a, b) => a.line - b.line)
            .map((task) => ({ kind: 'workspaceTask', workspace, task, history: histories.get(task.id) })),
        });
      }
    }
    return [...notes, ...files.sort((a, b) => (a.path < b.path ? -1 : 1))];
  }

  /** Left-out functions per folder. Tasks with weak checks are shown under their files instead. */
  #leftOut(): LeftOutNode[] {
    return [...this.#found].flatMap(([workspace, { dropped, weak }]) => {
      const shown = new Set(weak.map(({ id }) => id));
      const others = dropped.filter(({ id }) => !shown.has(id));
      return others.length === 0 ? [] : [{ kind: 'leftOut', workspace, dropped: others }];
    });
  }

  async #newest(workspace: string): Promise<Map<string, TaskHistory>> {
    const { backend } = this.#services;
    const [run] = await backend.ask(REQUESTS.runs, { workspace });
    if (run === undefined) return new Map();
    const histories = await backend.ask(REQUESTS.histories, { workspace, run: run.id });
    return new Map(histories.map((history) => [history.id, history]));
  }
}

function fileItem({ workspace, path: file, tasks }: FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.Uri.file(path.join(workspace, file)),
    vscode.TreeItemCollapsibleState.Expanded,
  );
  item.iconPath = vscode.ThemeIcon.File;
  item.description = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  return item;
}

function workspaceTaskItem({ workspace, task, history }: WorkspaceTaskNode): vscode.TreeItem {
  const item = new vscode.TreeItem(task.name, vscode.TreeItemCollapsibleState.None);
  const commit = task.commit === undefined ? '' : `${task.commit.slice(0, 7)} · `;
  const checks = `${task.id}: ${checksWords(task.checks, task.source)}`;
  if ('reason' in task) {
    item.description = `${commit}weak checks, not used for training`;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.tooltip = `${checks}; ${task.reason}`;
  } else {
    const last = history?.points.at(-1);
    // LeTI takes only functions as tasks whose code of today passes. The model is another matter.
    const outcome =
      last === undefined ? 'not tried yet' : `model solves ${last.passed} of ${last.samples} attempts`;
    item.description = `${commit}${outcome}${task.side === 'held-out' ? ' · for testing' : ''}`;
    item.iconPath = modelIcon(last);
    item.tooltip = `${checks}\nYour code passes them.`;
  }
  // The file of today does not hold the program of an older commit.
  if (task.commit !== undefined) return item;
  item.contextValue = 'workspaceTask';
  item.command = opening(workspace, task.path, task.line);
  return item;
}

/** What the model can do. Nothing here is red: a task that the model does not solve is no fault of the user. */
function modelIcon(last: { passed: number } | undefined): vscode.ThemeIcon {
  if (last === undefined) return new vscode.ThemeIcon('circle-outline');
  return last.passed > 0
    ? new vscode.ThemeIcon('sparkle', new vscode.ThemeColor('charts.blue'))
    : new vscode.ThemeIcon('circle-slash');
}

function leftOutItem({ workspace, dropped }: LeftOutNode): vscode.TreeItem {
  const item = new vscode.TreeItem('Skipped', vscode.TreeItemCollapsibleState.Collapsed);
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  item.description = skippedWords(dropped);
  item.tooltip = `Functions and files of ${workspace} that cannot be tasks`;
  return item;
}

function droppedItem({ workspace, task }: DroppedNode): vscode.TreeItem {
  const item = new vscode.TreeItem(task.id, vscode.TreeItemCollapsibleState.None);
  item.description = task.reason;
  item.tooltip = `${task.id}: ${task.reason}`;
  if (task.path !== '') item.command = opening(workspace, task.path, task.line - 1);
  return item;
}

/** A command that opens a file of a folder at a line (zero-based). */
function opening(workspace: string, file: string, line: number): vscode.Command {
  const selection = new vscode.Range(line, 0, line, 0);
  const shown: vscode.TextDocumentShowOptions = { selection };
  return {
    command: 'vscode.open',
    title: 'Open',
    arguments: [vscode.Uri.file(path.join(workspace, file)), shown],
  };
}
