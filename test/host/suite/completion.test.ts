import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RequestOptions } from '../../../src/extension/backend.ts';
import { continuesSelectedSuggestion } from '../../../src/extension/completion/ghostText.ts';
import { IdleVerifier } from '../../../src/extension/completion/idleVerifier.ts';
import {
  recordIfAgreed,
  RecordedCompletions,
  RECORDED_SCHEME,
} from '../../../src/extension/completion/consent.ts';
import { completeAndVerify } from '../../../src/extension/completion/completeAndVerify.ts';
import { explain } from '../../../src/extension/errors.ts';
import type { FunctionPlace } from '../../../src/extension/places.ts';
import { StatusItem } from '../../../src/extension/completion/statusItem.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import type { RecordedCompletion } from '../../../src/protocol/recordedCompletion.ts';
import { used } from '../../support/recorded.ts';
import { backends, folder, instead, setting, until, withServices, zygotes } from './support.ts';

describe('completions', () => {
  const uri = vscode.Uri.file(path.join(folder(), 'ops.py'));
  const known = process.env['LETI_REPAIR_MODEL'] ?? '';
  const other = process.env['LETI_OTHER_MODEL'] ?? '';
  const either = process.env['LETI_EITHER_MODEL'] ?? '';
  let editor: vscode.TextEditor;
  let source: string;

  /** Puts a model into use, which the command line and other windows may do as well. */
  const use = async (model: string): Promise<void> => {
    await withServices(async ({ backend, places }) => {
      const place = await places.place(vscode.Uri.file(folder()));
      const models = await backend.ask(REQUESTS.models, place);
      const hash = models.find(({ record }) => record.source === model)?.hash;
      assert.ok(hash !== undefined, `${model} is not stored`);
      await backend.ask(REQUESTS.promote, { ...place, model: hash });
    });
  };
  const rollBackAll = async (): Promise<void> => {
    await withServices(async ({ backend }) => {
      const place = { workspace: folder() };
      while ((await backend.ask(REQUESTS.promotions, place)) > 0) await backend.ask(REQUESTS.rollback, place);
    });
  };
  /** The file with the body of a function still to be written, and the cursor there. */
  const withoutBody = async (name: string): Promise<number> => {
    editor = await vscode.window.showTextDocument(uri);
    const { document } = editor;
    const header = source.split('\n').findIndex((line) => line.startsWith(`def ${name}(`));
    const lines = source.split('\n').map((line, at) => (at === header + 2 ? '    ' : line));
    // VS Code asks anew about a place only when its document has changed.
    for (const text of [source, lines.join('\n')]) {
      await editor.edit((edit) => {
        edit.replace(new vscode.Range(0, 0, document.lineCount, 0), text);
      });
    }
    editor.selection = new vscode.Selection(header + 2, 4, header + 2, 4);
    return header + 2;
  };
  /** Asks for ghost text at the body of a function and takes it by a command, until that changes the file. */
  const take = async (name: string, command: string, wanted: string): Promise<void> => {
    const line = await withoutBody(name);
    const now = (): string => editor.document.getText(new vscode.Range(line, 0, line + 2, 0)).trimEnd();
    for (let tries = 0; now() !== wanted; tries++) {
      assert.ok(tries < 60, `not completed, but ${JSON.stringify(now())}`);
      await withoutBody(name);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      for (let looks = 0; looks < 10 && now() === ''; looks++) {
        await sleep(100);
        await vscode.commands.executeCommand(`editor.action.inlineSuggest.${command}`);
      }
    }
  };

  before(async function () {
    this.timeout(300_000);
    source = readFileSync(uri.fsPath, 'utf8');
    await rollBackAll();
    await withServices(async ({ backend, places }) => {
      const about = await places.place(vscode.Uri.file(folder()));
      // What was measured once is stored and exported.
      for (const model of [known, other, either]) {
        const settings = { ...places.runSettings(vscode.Uri.file(folder())), model, samples: 1 };
        await backend.ask(REQUESTS.solve, { ...about, tasks: ['ops.py:double'], settings });
      }
    });
    await use(known);
  });

  after(async () => {
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(0, 0, editor.document.lineCount, 0), source);
    });
    await editor.document.save();
    for (const name of ['enabled', 'learnFromUse', 'verifyOnIdle'])
      await setting(`completion.${name}`, undefined);
    await rollBackAll();
  });

  /** What stands above the functions of the file. */
  const lenses = async (): Promise<vscode.Command[]> => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    return found.flatMap(({ command }) => command ?? []);
  };
  const recorded = async (): Promise<RecordedCompletion[]> =>
    await withServices(
      async ({ backend }) => await backend.ask(REQUESTS.recordedCompletions, { workspace: folder() }),
    );

  it('asks nobody where they are switched off', async () => {
    await setting('completion.enabled', false);
    await vscode.commands.executeCommand('leti.restart');
    await until('the end of the backend', () => backends().length === 0);
    await withoutBody('add_one');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await sleep(1500);
    assert.deepEqual(backends(), []);
    // One that was started without them goes on, and completes from then on.
    await vscode.commands.executeCommand('leti.findTasks');
    const [without] = backends();
    await setting('completion.enabled', undefined);
    await take('add_one', 'commit', '    return x + 1');
    assert.deepEqual(backends()[0], without);
  });

  it('show the text of the model in use, which is taken whole, by word and by line', async () => {
    await take('add_one', 'commit', '    return x + 1');
    await take('add_one', 'acceptNextWord', '    return');
    await use(other);
    await take('double', 'acceptNextLine', '    y = x * 2');
    await take('double', 'commit', '    y = x * 2\n    return y');
    await use(known);
    await take('add_one', 'commit', '    return x + 1');
  });

  it('pause when they are snoozed, and go on', async () => {
    const line = await withoutBody('add_one');
    await vscode.commands.executeCommand('leti.completion.snooze');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await sleep(1500);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    assert.equal(editor.document.lineAt(line).text, '    ');
    await vscode.commands.executeCommand('leti.completion.snooze');
    await take('add_one', 'commit', '    return x + 1');
  });

  it('are told of in the status item: by which model, how fast, why not, and until when they pause', async () => {
    const item = { text: '', tooltip: '', show: () => undefined, dispose: () => undefined };
    await vscode.window.showTextDocument(uri);
    await instead(
      vscode.window,
      'createStatusBarItem',
      () => item,
      async () => {
        // The extension has registered the menu already.
        const register = (): vscode.Disposable => new vscode.Disposable(() => undefined);
        await instead(vscode.commands, 'registerCommand', register, () =>
          withServices(async (services) => {
            const { completion } = services;
            const shown = new StatusItem(services);
            const tooltip = (): string => item.tooltip;
            assert.equal(tooltip(), 'LeTI\nReady');
            const answer = { uri: uri.toString(), cached: false, milliseconds: 20 };
            completion.answered({ ...answer, shown: true, model: 'SmolLM2' });
            const speed = 'Answers of the model: 20 ms (median), 20 ms (95 %)';
            assert.equal(tooltip(), `LeTI\nModel: SmolLM2\n${speed}`);
            completion.answered({ ...answer, cached: true, milliseconds: 1, shown: true });
            assert.ok(tooltip().includes(speed), 'an answer that was known already says nothing of speed');
            completion.answered({ ...answer, shown: false, why: 'code follows the cursor' });
            assert.match(item.tooltip, /No suggestion here: code follows the cursor$/);
            await completion.during(() => {
              assert.match(item.text, /loading/);
              return Promise.resolve();
            });
            assert.equal(item.text, '$(sparkle) LeTI');
            const nextStep = [['Or run ', { action: 'setUp' as const }]];
            completion.answered({ ...answer, shown: false, why: 'no model', nextStep });
            assert.equal(item.text, '$(warning) LeTI: not set up');
            completion.answered({ ...answer, shown: true });
            completion.snooze();
            assert.match(item.tooltip, /snoozed until \d/);
            completion.snooze();
            await vscode.commands.executeCommand('leti.completion.toggle');
            await until('the switch', () => item.text === '$(circle-slash) LeTI: off');
            await vscode.commands.executeCommand('leti.completion.toggle');
            await until('the switch', () => item.text === '$(sparkle) LeTI');
            shown.dispose();
          }),
        );
      },
    );
    const completions = vscode.workspace.getConfiguration('leti').inspect('completion.enabled');
    assert.equal(completions?.workspaceValue, undefined, 'nothing is left in the settings of the workspace');
  });

  it('show nothing where the selected suggestion goes on in another way', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: 'pri' });
    const context = (text: string): vscode.InlineCompletionContext => ({
      triggerKind: vscode.InlineCompletionTriggerKind.Automatic,
      selectedCompletionInfo: { range: new vscode.Range(0, 0, 0, 3), text },
    });
    assert.equal(continuesSelectedSuggestion(document, context('print')), true);
    assert.equal(continuesSelectedSuggestion(document, context('sprint')), false);
  });

  it('are run by "Complete and verify": the best is first, and one undo takes it back', async () => {
    const line = await withoutBody('add_one');
    const before = editor.document.getText();
    let shown: readonly vscode.QuickPickItem[] = [];
    const pick = (rows: readonly vscode.QuickPickItem[]): Promise<vscode.QuickPickItem | undefined> => {
      shown = rows;
      return Promise.resolve(rows[0]);
    };
    await withServices(async (services) => {
      await instead(vscode.window, 'showQuickPick', pick, async () => {
        await completeAndVerify(services);
      });
      assert.equal(editor.document.lineAt(line).text, '    return x + 1');
      // What was found out stands above the function, and in the status, until the function is edited.
      const [words] = (await lenses()).map(({ title }) => title);
      assert.match(words ?? '', /^passes (\d+) of \1 tests?$/);
      assert.equal(services.verdicts.words, words);
      await vscode.commands.executeCommand('undo');
      assert.equal(editor.document.getText(), before);
      assert.deepEqual(await lenses(), []);
      assert.equal(services.verdicts.words, undefined);
    });
    assert.match(shown[0]?.label ?? '', /^\$\(pass\) passes (\d+) of \1 tests?$/);
    assert.equal(shown[0]?.detail, 'return x + 1');
  });

  it('are checked in the file where the user took one that failed, and wants that', async () => {
    const line = await withoutBody('add_one');
    // As if the model had written this one, too.
    const failed = { text: 'return x', verdict: 'failed', label: 'passes 0 of 1 test' };
    const pick = (rows: readonly { candidate: object }[]): Promise<unknown> =>
      Promise.resolve({ ...rows[0], candidate: { ...rows[0]?.candidate, ...failed } });
    let said = '';
    const warn = (message: string): Promise<string> => {
      said = message;
      return Promise.resolve('Check Function');
    };
    await withServices(async (services) => {
      await instead(vscode.window, 'showQuickPick', pick, async () => {
        await instead(vscode.window, 'showWarningMessage', warn, async () => {
          await completeAndVerify(services);
        });
      });
      const [lens] = await lenses();
      assert.equal(lens?.title, 'passes 0 of 1 test');
      // A click checks the function, as the message offers.
      assert.equal(lens.command, 'leti.check');
      const [place] = (lens.arguments ?? []) as FunctionPlace[];
      assert.deepEqual([place?.uri.fsPath, place?.line], [uri.fsPath, line - 2]);
    });
    assert.equal(said, 'LeTI: The inserted code passes 0 of 1 test.');
    const shown = await until('its diagnostic', () =>
      vscode.languages.getDiagnostics(uri).find(({ source: from }) => from === 'leti'),
    );
    assert.equal(shown.range.start.line, line - 2);
  });

  it('are several where they are asked for by hand, to go through', async () => {
    await use(either);
    const seen = new Set<string>();
    for (let tries = 0; seen.size < 2; tries++) {
      assert.ok(tries < 60, `only ${JSON.stringify([...seen])}`);
      const line = await withoutBody('negate');
      const now = (): string => editor.document.lineAt(line).text.trim();
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      for (let looks = 0; looks < 10 && now() === ''; looks++) {
        await sleep(100);
        if (seen.size > 0) await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
        await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      }
      if (now() !== '') seen.add(now());
    }
    for (const text of seen) assert.match(text, /^return (-x|0 - x|-1 \* x)$/);
    await use(known);
  });

  it('are run while nobody types where the user wants that, and what was found stays with what was taken', async () => {
    await setting('completion.verifyOnIdle', true);
    let line = 0;
    let words: string[] = [];
    for (let tries = 0; words.length === 0; tries++) {
      assert.ok(tries < 300, 'nothing was run');
      // The model that was put into use may still be loading, and the one before it knows nothing of this function.
      if (tries % 50 === 0) {
        line = await withoutBody('add_one');
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      }
      await sleep(100);
      words = (await lenses()).map(({ title }) => title);
    }
    assert.match(words[0] ?? '', /^suggestion: passes (\d+) of \1 tests?$/);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    assert.equal(editor.document.lineAt(line).text, '    return x + 1');
    const wanted = words[0]?.replace('suggestion: ', '');
    for (let tries = 0; (await lenses())[0]?.title !== wanted; tries++) {
      assert.ok(tries < 100, `not "${wanted}" but ${JSON.stringify(await lenses())}`);
      await sleep(100);
    }
    await setting('completion.verifyOnIdle', undefined);
  });

  it('are run one at a time while nobody types, and given up with the next key', async () => {
    await setting('completion.verifyOnIdle', true);
    const line = await withoutBody('add_one');
    const tokens: vscode.CancellationToken[] = [];
    await withServices(async (services) => {
      const never = async (_request: object, _params: object, following: RequestOptions): Promise<never> => {
        if (following.token !== undefined) tokens.push(following.token);
        return await new Promise<never>(() => undefined);
      };
      await instead(services.backend, 'ask', never, async () => {
        const idle = new IdleVerifier(services);
        const shown = { document: editor.document, position: editor.selection.active, texts: ['pass'] };
        for (const running of [1, 2]) {
          // A late event of the cursor gives up what waits, as a key does.
          for (let tries = 0; tokens.length < running; tries++) {
            assert.ok(tries < 20, 'no text was run');
            idle.show(shown);
            for (let looks = 0; looks < 30 && tokens.length < running; looks++) await sleep(100);
          }
        }
        assert.deepEqual(
          tokens.map((token) => token.isCancellationRequested),
          [true, false],
        );
        await editor.edit((edit) => {
          edit.insert(new vscode.Position(line, 4), 'x');
        });
        await until('the end of it', () => tokens[1]?.isCancellationRequested);
        idle.dispose();
      });
    });
    await setting('completion.verifyOnIdle', undefined);
  });

  it('record nothing unless the user agrees, who is asked once', async () => {
    await withServices(async (services) => {
      const memory = new Map<string, unknown>();
      const globalState = {
        get: (key: string) => memory.get(key),
        update: (key: string, value: unknown) => Promise.resolve(memory.set(key, value)),
      };
      const context = { globalState } as unknown as vscode.ExtensionContext;
      const told: RecordedCompletion[] = [];
      const document = await vscode.workspace.openTextDocument(uri);
      const tell = async (one: RecordedCompletion, ...answers: string[]): Promise<string[]> => {
        const said: string[] = [];
        const say = (message: string, options: unknown): Promise<string | undefined> => {
          said.push(typeof options === 'string' ? message : JSON.stringify(options));
          return Promise.resolve(answers[said.length - 1]);
        };
        await instead(vscode.window, 'showInformationMessage', say, async () => {
          await recordIfAgreed({ ...services, context }, { document, used: one });
        });
        return said;
      };
      const ask = (_request: object, asked: { used: RecordedCompletion }): Promise<null> => {
        told.push(asked.used);
        return Promise.resolve(null);
      };
      await instead(services.backend, 'ask', ask, async () => {
        assert.deepEqual(await tell(used({ outcome: 'rejected' })), []);
        assert.match((await tell(used(), 'No')).join(), /Allow LeTI to learn/);
        assert.deepEqual(await tell(used()), []);
        assert.deepEqual(told, []);
        memory.clear();
        const said = await tell(used(), 'What Is Recorded?', 'Yes');
        assert.match(said[1] ?? '', /modal.*stay in LeTI/);
        assert.deepEqual(await tell(used({ outcome: 'rejected' })), []);
        assert.deepEqual(
          told.map(({ outcome }) => outcome),
          ['accepted', 'rejected'],
        );
      });
    });
    const settings = vscode.workspace.getConfiguration('leti');
    assert.equal(settings.inspect('completion.learnFromUse')?.globalValue, true);
    await setting('completion.learnFromUse', undefined);
  });

  it('are recorded with what became of them: taken, taken in part, not taken, edited later', async () => {
    await withServices(async ({ backend }) => {
      await backend.ask(REQUESTS.deleteRecordedCompletions, { workspace: folder() });
    });
    await setting('completion.learnFromUse', true);
    const refused = async (): Promise<boolean> =>
      (await recorded()).some(({ outcome, shown }) => outcome === 'rejected' && shown === 'return x + 1');
    // Before any is taken: each try empties the function, which would become of what was taken.
    for (let tries = 0; !(await refused()); tries++) {
      assert.ok(tries < 60, 'not recorded: one that was not taken');
      await withoutBody('add_one');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await sleep(300);
      await vscode.commands.executeCommand('type', { text: 'z' });
    }
    // What tests before this one took is followed still, and recorded as soon as the file is saved.
    const since = new Date().toISOString();
    await take('add_one', 'acceptNextWord', '    return');
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await take('add_one', 'commit', '    return x + 1');
    const find = async (
      what: string,
      wanted: (one: RecordedCompletion) => boolean,
    ): Promise<RecordedCompletion> => {
      for (let tries = 0; tries < 100; tries++) {
        const found = (await recorded()).find(wanted);
        if (found !== undefined) return found;
        await sleep(100);
      }
      throw new Error(`not recorded: ${what}, but ${JSON.stringify(await recorded())}`);
    };
    const taken = await find('one that was taken', ({ outcome, at }) => outcome === 'accepted' && at > since);
    assert.deepEqual(
      [taken.path, taken.function, taken.shown, taken.taken],
      ['ops.py', 'add_one', 'return x + 1', 12],
    );
    assert.equal(taken.source?.trimEnd(), 'def add_one(x):\n    """add one"""\n    return x + 1');
    await find(
      'one that was taken in part',
      ({ outcome, taken, at }) => outcome === 'partly' && taken === 6 && at > since,
    );
    const line = editor.document.getText().split('\n').indexOf('    return x + 1');
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(line, 11), '1 + ');
    });
    await editor.document.save();
    const edited = await find('its edit', ({ id, later }) => id === taken.id && later === 'edited');
    assert.equal(edited.kept, 'return 1 + x + 1');
  });

  it('show what they recorded in a document that cannot be written, and delete it where the user means that', async () => {
    await vscode.commands.executeCommand('leti.completion.showRecorded');
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, RECORDED_SCHEME);
    assert.match(
      shown.getText(),
      /ops\.py, add_one\naccepted, edited later; model \w+\nshown:\n {4}return x \+ 1/,
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await withServices(async (services) => {
      const completions = new RecordedCompletions(services);
      for (const [answer, left] of [
        [undefined, true],
        ['Delete', false],
      ] as const) {
        const answers = (): Promise<string | undefined> => Promise.resolve(answer);
        await instead(vscode.window, 'showWarningMessage', answers, async () => {
          await completions.delete(vscode.Uri.file(folder()));
        });
        assert.equal((await recorded()).length > 0, left);
      }
      completions.dispose();
    });
    await setting('completion.learnFromUse', undefined);
  });

  it('leave nothing running when they are cancelled', async () => {
    const line = await withoutBody('add_one');
    const cancel = new vscode.CancellationTokenSource();
    const show = async (
      _options: unknown,
      work: (progress: object, token: vscode.CancellationToken) => Promise<unknown>,
    ): Promise<unknown> => {
      const working = work({ report: () => undefined }, cancel.token);
      // An interpreter takes far longer to start than the look for it, so there is work left to cancel.
      await until('an interpreter for its programs', () => zygotes().length > 0, 5);
      cancel.cancel();
      return await working;
    };
    await withServices(async (services) => {
      await instead(vscode.window, 'withProgress', show, async () => {
        const said = await completeAndVerify(services).then(() => 'it was answered', explain);
        assert.equal(said, undefined);
      });
      await until('the end of its programs', () => zygotes().length === 0);
    });
    assert.equal(editor.document.lineAt(line).text, '    ');
  });
});
