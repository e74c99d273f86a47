import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { backends, folder, until } from './support.ts';

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
  const setting = async (name: string, value: unknown): Promise<void> => {
    await vscode.workspace.getConfiguration('leti').update(name, value, vscode.ConfigurationTarget.Global);
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
});
