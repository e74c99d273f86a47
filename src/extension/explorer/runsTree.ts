import path from 'node:path';
import * as vscode from 'vscode';
import { outcomeLine } from '../../core/outcome/verdictCard.ts';
import { modelWords, rateText, startText } from '../../core/text/words.ts';
import { REQUESTS, type RunSummary } from '../../protocol/backend.ts';
import { coalesced } from '../coalesce.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import type { Evaluation, RunAnswer } from '../../protocol/run.ts';
import { noteItem, type NoteNode, type RunNode, type RunsTreeNode } from './nodes.ts';

/** Progress of a run is drawn at most twice per second, the list at most every 2 seconds. */
const LIVE_PAUSE_MS = 500;
const LIST_PAUSE_MS = 2000;

/** The runs of all folders with their answers. A run's page shows the rest. */
export class RunsTree implements vscode.TreeDataProvider<RunsTreeNode>, vscode.Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<RunsTreeNode | undefined>();
  /** The shown runs by id. */
  readonly #shown = new Map<string, RunNode>();
  /** Runs with new events since the last drawing. */
  readonly #waiting = new Set<string>();
  readonly #draw = coalesced(() => {
    for (const run of this.#waiting) this.#changed.fire(this.#shown.get(run));
    this.#waiting.clear();
  }, LIVE_PAUSE_MS);
  /** Reads the list again. */
  readonly refresh = coalesced(() => {
    this.#changed.fire(undefined);
  }, LIST_PAUSE_MS);
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Draws a running run again, without reading. */
  redraw(run: string): void {
    // The list gets a new run when it is read next, after the run's first entry in the store.
    if (!this.#shown.has(run)) return;
    this.#waiting.add(run);
    this.#draw();
  }

  dispose(): void {
    this.#draw.cancel();
    this.refresh.cancel();
    this.#changed.dispose();
  }

  getTreeItem(node: RunsTreeNode): vscode.TreeItem {
    return node.kind === 'run' ? this.#runItem(node) : noteItem(node);
  }

  async getChildren(node?: RunsTreeNode): Promise<RunsTreeNode[]> {
    if (node !== undefined) return [];
    try {
      return await this.#runs();
    } catch (error) {
      return [{ kind: 'note', text: explain(error) ?? 'cancelled' }];
    }
  }

  /** The runs of all folders, newest first. */
  async #runs(): Promise<RunsTreeNode[]> {
    const { backend, places, keys } = this.#services;
    const notes: NoteNode[] = [];
    const runs: RunNode[] = [];
    for (const { uri } of places.folders()) {
      try {
        const place = await places.place(uri, { interpreter: false });
        const summaries = await backend.ask(REQUESTS.runs, place);
        runs.push(...summaries.map((summary): RunNode => ({ kind: 'run', workspace: uri.fsPath, summary })));
        keys.note(uri.fsPath, { runs: summaries });
        if (summaries.length === 0) await this.#noteNeeds(uri);
      } catch (error) {
        // Runs of other folders still show where one folder's store is damaged.
        notes.push({ kind: 'note', text: explain(error) ?? 'cancelled' });
      }
    }
    runs.sort((a, b) => (a.summary.startedAt < b.summary.startedAt ? 1 : -1));
    this.#shown.clear();
    for (const run of runs) this.#shown.set(run.summary.id, run);
    return [...notes, ...runs];
  }

  /** Before the first run, the welcome view names the missing interpreter or trainer. */
  async #noteNeeds(folder: vscode.Uri): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const { backend, places, keys } = this.#services;
    const needs = await backend.ask(REQUESTS.needs, await places.place(folder));
    keys.note(folder.fsPath, { needs });
  }

  #runItem({ summary, workspace }: RunNode): vscode.TreeItem {
    const start = startText(summary.startedAt);
    const item = new vscode.TreeItem(start, vscode.TreeItemCollapsibleState.None);
    const outcome = this.#services.live.line(summary.id) ?? outcomeLine(summary);
    const folder = this.#services.places.folders().length > 1 ? ` · ${path.basename(workspace)}` : '';
    item.id = `${workspace}/${summary.id}`;
    item.description = outcome + folder;
    item.iconPath = iconOf(summary);
    item.contextValue = `run.${summary.status}`;
    item.tooltip = tooltip(summary, modelWords(summary.model));
    item.accessibilityInformation = { label: `Run of ${start}, ${outcome}` };
    item.command = {
      command: 'leti.openRun',
      title: 'Open',
      arguments: [{ kind: 'run', workspace, summary }],
    };
    return item;
  }
}

/** The answer of a run as an icon. Only a run that made a better model has a green tick. */
function iconOf({ status, outcome }: RunSummary): vscode.ThemeIcon {
  if (status !== 'finished') return STATUS_ICONS[status];
  return outcome === undefined ? new vscode.ThemeIcon('circle-outline') : ANSWER_ICONS[outcome.answer];
}

const STATUS_ICONS: Record<Exclude<RunSummary['status'], 'finished'>, vscode.ThemeIcon> = {
  running: new vscode.ThemeIcon('sync~spin'),
  interrupted: new vscode.ThemeIcon('debug-pause', new vscode.ThemeColor('charts.yellow')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
};

const ANSWER_ICONS: Record<RunAnswer, vscode.ThemeIcon> = {
  better: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  'not better': new vscode.ThemeIcon('close', new vscode.ThemeColor('charts.red')),
  'cannot tell': new vscode.ThemeIcon('question', new vscode.ThemeColor('charts.yellow')),
};

function tooltip(summary: RunSummary, named: string): string {
  const { before, now, error, rounds } = summary;
  return [
    outcomeLine(summary),
    ...(summary.outcome === undefined ? [] : [`Reason: ${summary.outcome.reason}`]),
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} from ${named}`,
    ...(before === undefined ? [] : [`${sideWords(before)} before: ${rateText(before)}`]),
    ...(now === undefined || now.round === before?.round ? [] : [`${sideWords(now)} now: ${rateText(now)}`]),
    ...(error === undefined ? [] : [error]),
  ].join('\n');
}

function sideWords({ side }: Evaluation): string {
  return side === 'held-out' ? 'Test tasks' : 'Training tasks';
}
