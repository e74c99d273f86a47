import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { manifest } from './support.ts';

describe('tools for agents', () => {
  const invoke = async (name: string, input: object): Promise<string> => {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  };

  it('are registered as the manifest declares them', () => {
    const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('leti_'));
    assert.deepEqual(
      names.sort(),
      manifest()
        .contributes.languageModelTools.map(({ name }) => name)
        .sort(),
    );
  });

  it('list the tasks', async () => {
    assert.match(await invoke('leti_list_tasks', {}), /^ops\.py:double \(1 checks\)$/m);
  });

  it('say what the sandbox says of a program', async () => {
    assert.match(
      await invoke('leti_check_program', { task: 'ops.py:double', body: 'return x + x' }),
      /^passed: 1 of 1/,
    );
    const wrong = await invoke('leti_check_program', { task: 'ops.py:double', body: 'return x * y' });
    assert.match(wrong, /^error: NameError: name 'y' is not defined/);
  });

  it('give the feedback of the newest run', async () => {
    assert.match(await invoke('leti_get_feedback', { task: 'ops.py:double' }), /=> \w+/);
  });

  it('refuse what they do not know, in words that say what is wrong', async () => {
    await assert.rejects(invoke('leti_get_feedback', { task: 'gone.py:gone' }), /no task gone\.py:gone/);
  });
});
