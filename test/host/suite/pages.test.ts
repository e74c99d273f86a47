import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Backend } from '../../../src/extension/backend.ts';
import { ContextKeys } from '../../../src/extension/contextKeys.ts';
import { RUN_PAGE, RunPages } from '../../../src/extension/explorer/runPages.ts';
import { LiveRuns } from '../../../src/extension/liveRuns.ts';
import { Places } from '../../../src/extension/places.ts';
import { Interpreters } from '../../../src/extension/python/interpreter.ts';
import { folder, until } from './support.ts';

describe('the pages of runs', () => {
  const log = vscode.window.createOutputChannel('LeTI, tests of pages', { log: true });
  const backend = new Backend(log, '/nowhere/leti.mjs');
  const interpreters = new Interpreters(log);
  const live = new LiveRuns();
  const context = { extensionUri: vscode.Uri.file(process.env['LETI_ROOT'] ?? '') };
  const errors: string[] = [];
  const heard = new Proxy(log, {
    get: (channel, name): unknown =>
      name === 'error' ? (message: string) => errors.push(message) : Reflect.get(channel, name),
  });
  const pages = new RunPages({
    context: context as vscode.ExtensionContext,
    log: heard,
    backend,
    places: new Places(interpreters, log),
    live,
    keys: new ContextKeys(
      () => [],
      () => undefined,
    ),
  });

  after(() => {
    // The log stays: what a page asks its backend, which cannot start here, may still be answered.
    for (const made of [pages, backend, interpreters, live]) made.dispose();
  });

  const restored = async (state: unknown): Promise<{ panel: vscode.WebviewPanel; gone: boolean }> => {
    const panel = vscode.window.createWebviewPanel(RUN_PAGE, 'Run', vscode.ViewColumn.Active);
    let gone = false;
    panel.onDidDispose(() => {
      gone = true;
    });
    await pages.deserializeWebviewPanel(panel, state);
    return { panel, gone };
  };

  it('close what they cannot show again', async () => {
    for (const state of [undefined, null, 7, 'run', [], {}, { run: 'r' }, { workspace: '', run: 'r' }]) {
      assert.equal((await restored(state)).gone, true, JSON.stringify(state));
    }
  });

  it('show a run again, also where what the reader chose is damaged', async () => {
    const workspace = `${folder()}/Prüfung "日本"`;
    const { panel, gone } = await restored({ workspace, run: 'r', view: { filter: 7 } });
    assert.equal(gone, false);
    assert.match(panel.webview.html, /data-address="[^"<>\s]+"/);
    assert.equal(panel.webview.options.enableScripts, true);
    // The run has its page already.
    assert.equal((await restored({ workspace, run: 'r' })).gone, true);
    panel.dispose();
  });

  it('say nothing more once they are closed', async () => {
    errors.length = 0;
    const { panel: closed } = await restored({ workspace: folder(), run: 'closed' });
    closed.dispose();
    const { panel: open } = await restored({ workspace: folder(), run: 'open' });
    await until('the error on the page that is open', () => errors.length > 0);
    assert.equal(errors.length, 1, errors.join('\n'));
    open.dispose();
  });
});
