import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { repair, Repairs, REPAIR_SCHEME } from '../../../src/extension/commands/repair.ts';
import { folder, instead, setting, until, withServices } from './support.ts';

describe('"Suggest fix"', () => {
  const file = path.join(folder(), 'ops.py');
  const uri = vscode.Uri.file(file);
  const model = vscode.workspace.getConfiguration('leti').get('model');
  let source: string;

  before(() => {
    source = readFileSync(file, 'utf8');
    writeFileSync(file, source.replace('return x + 1', 'return x + z'));
  });

  after(async () => {
    const editor = await vscode.window.showTextDocument(uri);
    const { document } = editor;
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(0, 0, document.lineCount, 0), source);
    });
    await document.save();
    await setting('samples', 4);
    await setting('model', model);
  });

  it('is offered beside what failed', async () => {
    const editor = await vscode.window.showTextDocument(uri);
    await until('the changed file', () => editor.document.getText().includes('x + z'));
    editor.selection = new vscode.Selection(2, 0, 2, 0);
    await vscode.commands.executeCommand('leti.check');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      new vscode.Range(2, 4, 2, 8),
    );
    const action = actions.find(({ title }) => title === 'Suggest fix');
    assert.equal(action?.command?.command, 'leti.repair');
    const [place] = action.command.arguments as [{ uri: vscode.Uri; line: number }];
    assert.deepEqual([place.uri.fsPath, place.line], [file, 2]);
  });

  it('shows a program that passes beside the file, and changes the file only when the user says so', async () => {
    await setting('model', process.env['LETI_REPAIR_MODEL']);
    await setting('samples', 8);
    const labels: string[] = [];
    const repairs = new Repairs({ show: (_document, _offset, { label }) => labels.push(label) });
    const provider = vscode.workspace.registerTextDocumentContentProvider(REPAIR_SCHEME, repairs);
    /** Looks at the diff that is offered, and answers in its title bar. */
    const ask = async (answer: (uri: vscode.Uri) => Promise<void>): Promise<string> => {
      await withServices(async (services) => {
        await repair(services, repairs, { uri, line: 2 });
      });
      const tab = await until('the diff', () => {
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof vscode.TabInputTextDiff ? input : undefined;
      });
      assert.equal(tab.original.fsPath, file);
      const right = (await vscode.workspace.openTextDocument(tab.modified)).getText();
      await answer(tab.modified);
      return right;
    };
    try {
      const before = (await vscode.workspace.openTextDocument(uri)).getText();
      const right = await ask((offered) => repairs.discard(offered));
      // VS Code may drop a document that no editor shows, so it is opened anew each time.
      assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), before);
      assert.deepEqual(labels, []);
      await ask(() => repairs.apply(undefined));
      assert.deepEqual(labels, ['passes its tests']);
      await assert.rejects(repairs.apply(undefined), /no longer open/);
      assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), right);
      assert.notEqual(right, before);
      const editor = await vscode.window.showTextDocument(uri);
      editor.selection = new vscode.Selection(2, 0, 2, 0);
      await vscode.commands.executeCommand('leti.check');
      assert.deepEqual(
        vscode.languages.getDiagnostics(uri).filter(({ source: from }) => from === 'leti'),
        [],
        'the repaired function passes',
      );
      assert.equal(
        vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputText,
        true,
      );
    } finally {
      repairs.dispose();
      provider.dispose();
    }
  });

  it('says honestly when no program passes', async () => {
    await setting('samples', 2);
    const messages: string[] = [];
    const show = (message: string): Promise<undefined> => {
      messages.push(message);
      return Promise.resolve(undefined);
    };
    const half = vscode.Uri.file(path.join(folder(), 'broken.py'));
    writeFileSync(half.fsPath, 'def half(x):\n    """Half of x."""\n    y = x\n    return z / 2\n');
    await withServices(async (services) => {
      await instead(vscode.window, 'showWarningMessage', show, async () => {
        await repair(services, new Repairs({ show: () => undefined }), { uri: half, line: 2 });
      });
    });
    assert.match(messages.join(), /None of 2 programs passes the checks of broken\.py:half/);
  });
});
