import * as vscode from 'vscode';
import type { RunSummary, TaskHistory, TaskSummary, WeakTask } from '../../protocol/backend.ts';
import type { StoredModelSummary } from '../../protocol/storedModels.ts';
import type { DroppedTask } from '../../protocol/task.ts';

/** Nodes of the trees. `workspace` is the path of the node's folder. */
export interface RunNode {
  kind: 'run';
  workspace: string;
  summary: RunSummary;
}

export interface NoteNode {
  kind: 'note';
  text: string;
}

export interface FileNode {
  kind: 'file';
  workspace: string;
  path: string;
  tasks: WorkspaceTaskNode[];
}

export interface WorkspaceTaskNode {
  kind: 'workspaceTask';
  workspace: string;
  task: TaskSummary | WeakTask;
  /** Results of the newest run. */
  history: TaskHistory | undefined;
}

/** Functions of a folder that cannot be tasks. */
export interface LeftOutNode {
  kind: 'leftOut';
  workspace: string;
  dropped: readonly DroppedTask[];
}

export interface DroppedNode {
  kind: 'dropped';
  workspace: string;
  task: DroppedTask;
}

export interface ModelNode {
  kind: 'model';
  workspace: string;
  model: StoredModelSummary;
}

export type RunsTreeNode = RunNode | NoteNode;
export type TasksTreeNode = FileNode | WorkspaceTaskNode | LeftOutNode | DroppedNode | NoteNode;

export function noteItem(node: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.text, vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon('warning');
  item.tooltip = node.text;
  return item;
}
