import assert from 'node:assert/strict';
import { chmodSync, cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { BackendState } from '../../../src/extension/backend.ts';
import { installLauncher } from '../../../src/extension/commands/setup.ts';
import { exportRun } from '../../../src/extension/commands/runs.ts';
import { gaveUpWords } from '../../../src/extension/restartPolicy.ts';
import { explain, sayGaveUp } from '../../../src/extension/errors.ts';
import { StatusItem } from '../../../src/extension/completion/statusItem.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { backends, folder, instead, runs, setting, until, withServices } from './support.ts';

describe('in trouble', () => {
  const file = vscode.Uri.file(path.join(folder(), 'broken.py'));
  const shown = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(file).filter(({ source }) => source === 'leti');
  /** Breaks the function and checks it: one diagnostic, if it could be run. */
  const check = async (): Promise<void> => {
    const editor = await vscode.window.showTextDocument(file);
    await editor.edit((edit) => {
      edit.replace(editor.document.lineAt(3).range, '    return z / 2');
    });
    editor.selection = new vscode.Selection(3, 0, 3, 0);
    await vscode.commands.executeCommand('leti.check');
  };

  it('starts a killed backend again, gives up at the third time, and comes back when it is asked', async () => {
    await vscode.commands.executeCommand('leti.findTasks');
    for (let time = 1; time <= 3; time++) {
      const [pid] = await until('a backend', () => (backends().length > 0 ? backends() : undefined));
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGKILL');
      await until('its end', () => !backends().includes(pid));
      if (time < 3) await until('the next backend', () => backends().length > 0);
    }
    await sleep(2000);
    assert.deepEqual(backends(), []);
    await vscode.commands.executeCommand('leti.findTasks');
    assert.equal(backends().length, 1);
  });

  it('says why it gave up, in a message and in the status item, with a way to start it again', async () => {
    await vscode.commands.executeCommand('leti.restart');
    await until('the end of the other backend', () => backends().length === 0);
    const texts: string[] = [];
    const item = {
      get text() {
        return texts.at(-1) ?? '';
      },
      set text(text: string) {
        texts.push(text);
      },
      tooltip: '',
      show: () => undefined,
      dispose: () => undefined,
    };
    // The extension has registered the menu already.
    const menu = { dispose: () => undefined };
    const { registerCommand } = vscode.commands;
    await instead(
      vscode.window,
      'createStatusBarItem',
      () => item,
      async () => {
        await withServices(async (services) => {
          Reflect.set(vscode.commands, 'registerCommand', () => menu);
          const shown = new StatusItem(services);
          Reflect.set(vscode.commands, 'registerCommand', registerCommand);
          const states: BackendState[] = [];
          services.backend.onState((state) => states.push(state));
          const { workspace } = await services.places.place(vscode.Uri.file(folder()));
          await services.backend.ask(REQUESTS.runs, { workspace });
          const lost = services.backend
            .ask(REQUESTS.doctor, { workspace })
            .then(() => 'it was answered', explain);
          for (let time = 1; time <= 3; time++) {
            const [pid] = await until('a backend', () => (backends().length > 0 ? backends() : undefined));
            assert.ok(pid !== undefined);
            process.kill(pid, 'SIGKILL');
            await until('its end', () => states.filter(({ state }) => state !== 'running').length === time);
            if (time === 1) {
              // All that it said: the next backend may be there already.
              assert.match(texts.join('\n'), /LeTI: restarting/);
              assert.match((await lost) ?? '', /server ended during this work.*Resume stopped run/);
            }
            if (time < 3)
              await until(
                'the next',
                () => states.filter(({ state }) => state === 'running').length === time,
              );
          }
          const last = states.at(-1);
          assert.ok(last?.state === 'gave up');
          assert.match(last.why, /^it was killed by SIGKILL/);
          assert.equal(item.text, '$(error) LeTI: stopped');
          assert.equal(item.tooltip, `LeTI\n${last.why}`);
          const said: unknown[][] = [];
          const show = (...values: unknown[]): Promise<undefined> => {
            said.push(values);
            return Promise.resolve(undefined);
          };
          await instead(vscode.window, 'showErrorMessage', show, () => {
            sayGaveUp(services.log, last.why);
            return Promise.resolve();
          });
          assert.deepEqual(said, [[gaveUpWords(last.why), 'Restart', 'Show Log']]);
          shown.dispose();
        });
      },
    );
  });

  it('takes the default for a setting of another type', async () => {
    await setting('allowUncontained', 'perhaps');
    try {
      await check();
      assert.equal(shown().length, 1);
    } finally {
      await setting('allowUncontained', undefined);
    }
  });

  it('says that the interpreter is gone, and goes on when there is one again', async () => {
    await setting('python', '/nowhere/python');
    try {
      await vscode.commands.executeCommand('leti.findTasks');
      await check();
      assert.equal(shown().length, 0, 'nothing was checked');
    } finally {
      await setting('python', undefined);
    }
    await check();
    assert.equal(shown().length, 1);
  });

  it('trains, measures and checks in a workspace that it may not write, and leaves it as it was', async function () {
    this.timeout(300_000);
    const locked = path.join(folder(), '..', 'locked');
    cpSync(folder(), locked, { recursive: true });
    /** Every folder and file with what would change if it were written; the folders come after what they hold. */
    const entries = (): [string, number, number][] =>
      [...readdirSync(locked, { recursive: true, encoding: 'utf8' }).sort().reverse(), '.'].map((name) => {
        const { size, mtimeMs } = statSync(path.join(locked, name));
        return [name, size, mtimeMs];
      });
    const unlock = (mode: number): void => {
      for (const [name] of entries()) {
        const entry = path.join(locked, name);
        chmodSync(entry, statSync(entry).isDirectory() ? mode : mode & 0o666);
      }
    };
    unlock(0o555);
    // Modes do not stop root, whom the comparison tells on.
    const before = entries();
    try {
      await withServices(async ({ backend, places }) => {
        const uri = vscode.Uri.file(folder());
        const place = { ...(await places.place(uri)), workspace: locked };
        const settings = places.runSettings(uri);
        const report = await backend.ask(REQUESTS.train, { ...place, start: { settings } });
        assert.ok(report.heldOut.length > 0);
        await backend.ask(REQUESTS.evaluate, { ...place, settings });
        const file = path.join(locked, 'broken.py');
        const checked = await backend.ask(REQUESTS.check, { ...place, path: file, line: 3 });
        assert.deepEqual([checked.checksPassed, checked.checksTotal], [0, 1]);
      });
      assert.deepEqual(entries(), before);
    } finally {
      unlock(0o777);
      rmSync(locked, { recursive: true });
    }
  });

  it('says that a run or the launcher cannot be written where nobody can write', async () => {
    const [summary] = runs();
    assert.ok(summary !== undefined);
    // No folder, so that not even root writes into it.
    const nowhere = path.join(file.fsPath, 'inside');
    await withServices(async (services) => {
      const target = (): Promise<vscode.Uri> => Promise.resolve(vscode.Uri.file(nowhere));
      const exported = await instead(vscode.window, 'showSaveDialog', target, () =>
        exportRun(services, { kind: 'run', workspace: folder(), summary }).then(() => 'it did', explain),
      );
      assert.match(exported ?? '', /broken\.py\/inside cannot be written: .*\. Name a file/);
      const named = (): Promise<string> => Promise.resolve(nowhere);
      const installed = await instead(vscode.window, 'showInputBox', named, () =>
        installLauncher(services).then(() => 'it did', explain),
      );
      assert.match(installed ?? '', /inside\/leti cannot be written\. Name a folder that you may write to/);
      const { workspace } = await services.places.place(vscode.Uri.file(folder()));
      assert.ok((await services.backend.ask(REQUESTS.runs, { workspace })).length > 0, 'the backend goes on');
    });
  });
});
