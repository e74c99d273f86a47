import * as vscode from 'vscode';
import {
  statusView,
  type CursorPlace,
  type StatusAction,
  type StatusFacts,
} from '../../core/completion/statusText.ts';
import { modelPhrase, rateWords } from '../../core/outcome/modelNames.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { StoredModelSummary } from '../../protocol/storedModels.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';
import type { CompletionStatus } from './completionStatus.ts';
import { fileOf } from './ghostText.ts';
import type { VerdictLenses } from './verdictLenses.ts';

export const STATUS_MENU = 'leti.statusMenu';

/** The item stands right of most others. */
const PRIORITY = 100;

const ACTIONS: Record<StatusAction, { label: string; command: string }> = {
  openRun: { label: '$(graph) Open run', command: 'leti.openRun' },
  setUp: { label: '$(cloud-download) Set up', command: 'leti.train' },
  turnOn: { label: '$(check) Turn completions on', command: 'leti.completion.toggle' },
  turnOff: { label: '$(circle-slash) Turn completions off', command: 'leti.completion.toggle' },
  snooze: { label: '$(bell-slash) Snooze for 15 minutes', command: 'leti.completion.snooze' },
  resume: { label: '$(bell) Resume completions', command: 'leti.completion.snooze' },
  choose: { label: '$(database) Choose model', command: 'leti.promote' },
  restart: { label: '$(debug-restart) Restart server', command: 'leti.restart' },
  doctor: { label: '$(pulse) Run doctor', command: 'leti.doctor' },
};

type Needed = Pick<Services, 'live' | 'backend' | 'places' | 'log'> & {
  completion: CompletionStatus;
  verdicts: VerdictLenses;
};

/** The item of the status bar. It says whether completions work at the cursor, and follows a run. Its menu says what to do. */
export class StatusItem implements vscode.Disposable {
  readonly #services: Needed;
  readonly #item = vscode.window.createStatusBarItem(
    'leti.status',
    vscode.StatusBarAlignment.Right,
    PRIORITY,
  );
  readonly #disposables: vscode.Disposable[];
  #server: StatusFacts['server'] = 'well';
  #run: { id: string; workspace: string | undefined; facts: NonNullable<StatusFacts['run']> } | undefined;
  /** The stored models, to name the one that answers with its rate. Read again when they change. */
  #models: Promise<StoredModelSummary[]> | undefined;
  #named: { hash: string; words: string } | undefined;

  constructor(services: Needed) {
    this.#services = services;
    this.#item.name = 'LeTI';
    this.#item.command = STATUS_MENU;
    const { live, backend, completion, verdicts } = services;
    const draw = (): void => {
      this.#draw();
    };
    this.#disposables = [
      this.#item,
      vscode.commands.registerCommand(STATUS_MENU, () => this.#menu()),
      completion.onChanged(draw),
      verdicts.onDidChangeCodeLenses(draw),
      vscode.window.onDidChangeActiveTextEditor(draw),
      vscode.window.onDidChangeActiveNotebookEditor(draw),
      vscode.workspace.onDidGrantWorkspaceTrust(draw),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('leti.completion')) draw();
      }),
      live.onChanged(({ run, event }) => {
        if (event === undefined) this.#run = undefined;
        else {
          const facts = { step: live.line(run) ?? 'Starting', done: live.share(run) };
          this.#run = { id: run, workspace: live.workspace(run), facts };
        }
        draw();
      }),
      backend.onState((now) => {
        this.#server =
          now.state === 'running' ? 'well' : now.state === 'gave up' ? { gaveUp: now.why } : 'restarting';
        draw();
      }),
      backend.onChanged(() => {
        this.#models = undefined;
        this.#named = undefined;
        draw();
      }),
    ];
    draw();
    this.#item.show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #facts(): StatusFacts {
    const { completion, verdicts } = this.#services;
    const enabled = vscode.workspace.getConfiguration('leti').get('completion.enabled') === true;
    const { hash, ...facts } = completion.facts(enabled);
    if (hash !== undefined && hash !== this.#named?.hash) void this.#name(hash);
    const named = this.#named?.hash === hash ? this.#named?.words : undefined;
    return {
      ...facts,
      model: named ?? facts.model,
      verdict: verdicts.words,
      place: cursorPlace(),
      run: this.#run?.facts,
      server: this.#server,
    };
  }

  #draw(): void {
    const { text, tooltip, alert } = statusView(this.#facts());
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: tooltip.replaceAll('\n', ', '), role: 'button' };
    this.#item.backgroundColor = alert ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  /** Finds the name and rate of the model that answered. */
  async #name(hash: string): Promise<void> {
    const { backend, places, log } = this.#services;
    const [folder] = places.folders();
    if (folder === undefined) return;
    try {
      this.#models ??= backend.ask(REQUESTS.models, { workspace: folder.uri.fsPath });
      const found = (await this.#models).find((model) => model.hash === hash);
      if (found === undefined) return;
      const rate = rateWords(found.measured);
      this.#named = { hash, words: `${modelPhrase(found.record)}${rate === '' ? '' : `, ${rate}`}` };
      this.#draw();
    } catch (error) {
      // The item then shows the name that came with the completion.
      log.warn(explain(error) ?? 'The name of the model was not read.');
    }
  }

  async #menu(): Promise<void> {
    const { actions, tooltip } = statusView(this.#facts());
    const picked = await vscode.window.showQuickPick(
      actions.map((action) => ACTIONS[action]),
      { title: 'LeTI', placeHolder: tooltip.split('\n').slice(1).join(' · ') },
    );
    if (picked === undefined) return;
    const run = this.#run;
    const about =
      picked === ACTIONS.openRun && run !== undefined ? [{ run: run.id, workspace: run.workspace }] : [];
    await vscode.commands.executeCommand(picked.command, ...about);
  }
}

/** Whether completions can come at the cursor, else why not. */
export function cursorPlace(): CursorPlace {
  if (!vscode.workspace.isTrusted) return 'untrusted';
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return 'no file';
  if (document.languageId !== 'python') return 'other language';
  const file = fileOf(document);
  if (document.isUntitled || file.scheme !== 'file') return 'not saved';
  return vscode.workspace.getWorkspaceFolder(file) === undefined ? 'outside' : 'here';
}
