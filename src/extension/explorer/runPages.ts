import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { z } from 'zod';
import { REQUESTS, type RunDetail, type TaskHistory } from '../../protocol/backend.ts';
import { startText } from '../../core/text/words.ts';
import type { RunEvent, RunStatus } from '../../protocol/run.ts';
import type { RunUse } from '../../protocol/storedModels.ts';
import { addressToAttribute, FromPage, PageAddress, type ToPage } from '../../protocol/runPage.ts';
import { attempt, explain } from '../errors.ts';
import type { Services } from '../services.ts';
import { openDiff, sampleUri } from './programs.ts';

export const RUN_PAGE = 'leti.run';
/** Changes within this time cause one reading. */
const PAUSE_MS = 500;

/** The pages of runs: at most one per run. VS Code restores them after a reload of the window. */
export class RunPages implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #services: Services;
  readonly #pages = new Map<string, RunPage>();

  constructor(services: Services) {
    this.#services = services;
  }

  open(address: PageAddress): void {
    const known = this.#pages.get(keyOf(address));
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    this.#add(
      address,
      vscode.window.createWebviewPanel(RUN_PAGE, 'Run', vscode.ViewColumn.Active, {
        enableFindWidget: true,
      }),
    );
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const address = PageAddress.safeParse(state);
    if (!address.success) {
      this.#services.log.warn(`A run page cannot be restored: ${z.prettifyError(address.error)}`);
      panel.dispose();
    } else if (this.#pages.has(keyOf(address.data))) panel.dispose();
    else this.#add(address.data, panel);
    return Promise.resolve();
  }

  /** The run of the active page. */
  get active(): PageAddress | undefined {
    return [...this.#pages.values()].find(({ panel }) => panel.active)?.address;
  }

  dispose(): void {
    for (const { panel } of this.#pages.values()) panel.dispose();
  }

  #add(address: PageAddress, panel: vscode.WebviewPanel): void {
    this.#pages.set(keyOf(address), new RunPage(this.#services, address, panel));
    panel.onDidDispose(() => {
      this.#pages.delete(keyOf(address));
    });
  }
}

function keyOf({ workspace, run }: PageAddress): string {
  return `${workspace}\n${run}`;
}

/** The data of a page. */
interface Reading {
  detail: RunDetail;
  histories: TaskHistory[];
  use: RunUse;
}

/** The commands behind the buttons of a run's card. Each takes the address of the run. */
const ACTIONS = {
  use: 'leti.useRun',
  undo: 'leti.rollBack',
  longer: 'leti.trainLonger',
  resume: 'leti.resume',
} as const;

/**
 * One page. It reads its data at the start, and again when the store changes while the page is visible. A page that was closed
 * does nothing more: VS Code throws where a closed panel is used.
 */
class RunPage {
  readonly panel: vscode.WebviewPanel;
  #isClosed = false;
  /** The number of readings so far. Only the newest one is shown. */
  #readings = 0;
  readonly #services: Services;
  readonly address: PageAddress;
  #stale = false;
  #timer: NodeJS.Timeout | undefined;
  #status: RunStatus | undefined;
  /** The first reading. It runs while VS Code makes the frame, which takes longer. */
  #firstReading: Promise<Reading> | undefined;

  constructor(services: Services, address: PageAddress, panel: vscode.WebviewPanel) {
    this.panel = panel;
    this.#services = services;
    this.address = address;
    this.#firstReading = this.#read();
    // `#fill` awaits the same promise and shows its error on the page.
    this.#firstReading.catch(() => undefined);
    const { extensionUri } = services.context;
    const resources = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [resources] };
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    panel.webview.html = html(panel.webview, resources, address);
    const { backend, live } = services;
    const disposables = [
      panel.webview.onDidReceiveMessage((raw: unknown) => {
        this.#onMessage(raw);
      }),
      backend.onChanged(({ workspace }) => {
        // The card says which model is in use.
        if (workspace === address.workspace) this.#changed();
      }),
      live.onChanged(({ run, event }) => {
        if (run !== address.run) return;
        this.#setKeys();
        if (panel.visible) this.#sendLive(event);
      }),
      panel.onDidChangeViewState(() => {
        this.#setKeys();
        if (this.#stale && panel.visible) this.#changed();
      }),
    ];
    panel.onDidDispose(() => {
      this.#isClosed = true;
      clearTimeout(this.#timer);
      for (const disposable of disposables) disposable.dispose();
    });
  }

  #changed(): void {
    this.#stale = !this.panel.visible;
    if (this.#stale || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#showErrors(async () => {
        await this.#fill();
      });
    }, PAUSE_MS);
  }

  #onMessage(raw: unknown): void {
    const message = FromPage.safeParse(raw);
    if (!message.success) {
      this.#services.log.warn(`A run page sent an unknown message: ${z.prettifyError(message.error)}`);
      return;
    }
    this.#showErrors(async () => {
      await this.#handle(message.data);
    });
  }

  async #handle(message: FromPage): Promise<void> {
    const { backend } = this.#services;
    switch (message.kind) {
      case 'ready':
        await this.#fill();
        break;
      case 'task':
        this.#send({
          kind: 'task',
          detail: await backend.ask(REQUESTS.task, { ...this.address, task: message.task }),
        });
        break;
      case 'open': {
        const { task, stage, sample } = message;
        await vscode.commands.executeCommand(
          'vscode.open',
          sampleUri({ ...this.address, task, stage, sample }),
          vscode.ViewColumn.Beside,
        );
        break;
      }
      case 'compare':
        await openDiff(backend, { ...this.address, task: message.task }, message);
        break;
      case 'act':
        await vscode.commands.executeCommand(ACTIONS[message.action], this.address);
        break;
      case 'log':
        this.#services.log.warn(`A run page: ${message.message}`);
        break;
      case 'copy': {
        const detail = await backend.ask(REQUESTS.run, this.address);
        await vscode.env.clipboard.writeText(JSON.stringify(detail, null, 2));
        vscode.window.setStatusBarMessage('LeTI: Copied the run as JSON', 5000);
        break;
      }
    }
  }

  async #read(): Promise<Reading> {
    const { backend } = this.#services;
    const fallbackModel = this.#services.places.settings(vscode.Uri.file(this.address.workspace)).model;
    const [detail, histories, use] = await Promise.all([
      backend.ask(REQUESTS.run, this.address),
      backend.ask(REQUESTS.histories, this.address),
      backend.ask(REQUESTS.runUse, { ...this.address, fallbackModel }),
    ]);
    return { detail, histories, use };
  }

  async #fill(): Promise<void> {
    const reading = this.#firstReading ?? this.#read();
    this.#firstReading = undefined;
    const number = ++this.#readings;
    const { detail, histories, use } = await reading;
    if (this.#isClosed || number !== this.#readings) return;
    const title = `Run of ${startText(detail.summary.startedAt)}`;
    this.panel.title = title;
    this.#status = detail.summary.status;
    this.#setKeys();
    this.#send({ kind: 'run', title, detail, histories, use });
    this.#sendLive(this.#services.live.last(this.address.run));
  }

  /** The title bar of the page offers what can be done to its run. */
  #setKeys(): void {
    if (!this.panel.active) return;
    const { live } = this.#services;
    const { run } = this.address;
    const isLive = live.last(run) !== undefined;
    const stopped = !isLive && (this.#status === 'interrupted' || this.#status === 'failed');
    for (const [key, holds] of [
      ['leti.pageCanCancel', live.canCancel(run)],
      ['leti.pageCanResume', stopped],
    ] as const) {
      void vscode.commands.executeCommand('setContext', key, holds);
    }
  }

  #sendLive(event: RunEvent | undefined): void {
    const line = this.#services.live.line(this.address.run);
    this.#send({ kind: 'live', event: event ?? null, ...(line === undefined ? {} : { line }) });
  }

  /** Shows errors on the page. */
  #showErrors(work: () => Promise<void>): void {
    void attempt(this.#services.log, async () => {
      try {
        await work();
      } catch (error) {
        const message = explain(error);
        if (message === undefined || this.#isClosed) return;
        this.#services.log.error(message);
        this.#send({ kind: 'problem', message });
      }
    });
  }

  #send(message: ToPage): void {
    if (!this.#isClosed) void this.panel.webview.postMessage(message);
  }
}

/** Programs and feedback are untrusted text. Only our script may run, and the page loads nothing from elsewhere. */
function html(webview: vscode.Webview, resources: vscode.Uri, address: PageAddress): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(resources, name)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('runPage.css')}">
<title>Run</title>
</head>
<body data-address="${addressToAttribute(address)}">
<main id="page" aria-busy="true"><p>Loading the run…</p></main>
<script nonce="${nonce}" src="${file('runPage.js')}"></script>
</body>
</html>`;
}
