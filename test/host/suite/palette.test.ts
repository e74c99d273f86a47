import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { promote, rollBack } from '../../../src/extension/commands/models.ts';
import { deleteRun, exportRun } from '../../../src/extension/commands/runs.ts';
import { evaluate } from '../../../src/extension/commands/tasks.ts';
import type { RunNode } from '../../../src/extension/explorer/nodes.ts';
import { openDiff } from '../../../src/extension/explorer/programs.ts';
import { RunsTree } from '../../../src/extension/explorer/runsTree.ts';
import { registerTools } from '../../../src/extension/commands/agentTools.ts';
import { withRunProgress } from '../../../src/extension/progress.ts';
import type { RunEvent } from '../../../src/protocol/run.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { folder, instead, runs, until, withServices } from './support.ts';

/** What the user is told, and the answer that they give. */
function told(answer?: string): {
  messages: string[];
  show: (message: string) => Promise<string | undefined>;
} {
  const messages: string[] = [];
  return {
    messages,
    show: (message) => {
      messages.push(message);
      return Promise.resolve(answer);
    },
  };
}

const newest = (): RunNode => {
  const [summary] = runs();
  assert.ok(summary !== undefined);
  return { kind: 'run', workspace: folder(), summary };
};

describe('commands of the palette', () => {
  it('measures the model of the settings on the held-out tasks, with as many programs as they say', async () => {
    const { messages, show } = told();
    await withServices(async (services) => {
      await instead(vscode.window, 'showInformationMessage', show, async () => {
        await evaluate(services);
      });
    });
    assert.match(messages.join(), /of 24 programs pass\. \d of 3 held-out tasks have a passing program/);
  });

  it('puts a chosen model into use, and rolls back', async () => {
    const { messages, show } = told();
    await withServices(async (services) => {
      const used = async (): Promise<string | undefined> =>
        (await services.backend.ask(REQUESTS.models, { workspace: folder() })).find(({ active }) => active)
          ?.hash;
      const before = await used();
      await instead(vscode.window, 'showInformationMessage', show, async () => {
        const pick = (items: { label: string; model: string }[]) =>
          Promise.resolve(items.find(({ label, model }) => label.startsWith('Round 1') && model !== before));
        // No run found it better, so a question comes first.
        const asked = told();
        const choose = async (): Promise<void> => {
          await instead(vscode.window, 'showQuickPick', pick, async () => {
            await promote(services, undefined);
          });
        };
        await instead(vscode.window, 'showWarningMessage', asked.show, choose);
        assert.equal(await used(), before, 'who does not agree keeps the model');
        assert.match(asked.messages.join(), /^Use round 1 of .* anyway\?$/);
        await instead(vscode.window, 'showWarningMessage', told('Use Anyway').show, choose);
        const now = await used();
        assert.ok(now !== undefined && now !== before);
        assert.match(messages.join(), /Completions now use round 1 of .*: \d+\.\d %/);
        await rollBack(services);
      });
      assert.equal(await used(), before);
      assert.match(messages.at(-1) ?? '', /now use .* again/);
    });
  });

  it('exports a run to where the user says', async () => {
    const file = path.join(folder(), '..', 'exported.jsonl');
    await withServices(async (services) => {
      await instead(vscode.window, 'showInformationMessage', told().show, async () => {
        await instead(
          vscode.window,
          'showSaveDialog',
          () => Promise.resolve(vscode.Uri.file(file)),
          async () => {
            await exportRun(services, newest());
          },
        );
      });
    });
    assert.match(readFileSync(file, 'utf8'), /^\{"kind":"run"/);
  });

  it('shows two programs of a task in the diff editor', async () => {
    await withServices(async ({ backend }) => {
      const address = { workspace: folder(), run: newest().summary.id, task: 'ops.py:double' };
      await openDiff(backend, address, { from: 'sample/1', to: 'sample/1' });
    });
    const tab = await until('the diff', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    });
    assert.equal(tab.original.scheme, 'leti');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('looks at what is needed', async () => {
    await vscode.commands.executeCommand('leti.doctor');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^ok {4}interpreter: .*\n.*sandbox tier/);
    assert.match(text, new RegExp(`trainer environment: ${process.env['LETI_TRAINER_PYTHON'] ?? ''}`));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('refreshes the views, and opens the log', async () => {
    await vscode.commands.executeCommand('leti.refresh');
    await vscode.commands.executeCommand('leti.openLog');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('deletes a run after saying how much goes with it', async () => {
    const before = runs();
    const said: { detail?: string }[] = [];
    const answer = (_message: string, options: { detail?: string }): Promise<string> => {
      said.push(options);
      return Promise.resolve('Delete');
    };
    await withServices(async (services) => {
      await instead(vscode.window, 'showWarningMessage', answer, async () => {
        await deleteRun(services, newest());
      });
    });
    assert.match(said[0]?.detail ?? '', /^This deletes \d[\d.]* (kB|MB|GB) of programs and working files/);
    assert.deepEqual(
      runs().map(({ id }) => id),
      before.slice(1).map(({ id }) => id),
    );
  });
});

describe('progress in the window', () => {
  const event = (done: number): RunEvent => ({
    event: 'progress',
    phase: 'sample/1',
    done,
    total: 4,
    seconds: 1,
  });

  it('counts in words; the bar claims nothing of a whole that nobody knows', async () => {
    const reports: object[] = [];
    const withProgress = async (
      _options: object,
      task: (progress: object, token: object) => Promise<void>,
    ) => {
      const token = new vscode.CancellationTokenSource().token;
      await task({ report: (value: object) => reports.push(value) }, token);
    };
    await withServices(async ({ log }) => {
      await instead(vscode.window, 'withProgress', withProgress, async () => {
        await withRunProgress('LeTI', log, ({ onEvent }) => {
          for (const done of [0, 4, 1, 4]) onEvent?.(event(done));
          return Promise.resolve();
        });
      });
    });
    assert.equal(reports.length, 4);
    assert.ok(reports.every((report) => !('increment' in report)));
    assert.match(JSON.stringify(reports[1]), /training tasks, sampled in round 1: 4 of 4/);
  });

  it('draws a run that goes on without reading the list of runs again', async () => {
    await withServices(async (services) => {
      const tree = new RunsTree(services);
      const [shown] = await tree.getChildren();
      assert.ok(shown?.kind === 'run');
      const drawn: unknown[] = [];
      tree.onDidChangeTreeData((node) => drawn.push(node));
      for (let time = 0; time < 20; time++) tree.redraw(shown.summary.id);
      assert.deepEqual(drawn, [shown], 'the one run, once');
      tree.dispose();
    });
  });
});

describe('a round of training that an agent asks for', () => {
  it('waits for the user, and is followed as any run is', async () => {
    const tools = new Map<string, vscode.LanguageModelTool<object>>();
    const register = (name: string, tool: vscode.LanguageModelTool<object>): vscode.Disposable => {
      tools.set(name, tool);
      return new vscode.Disposable(() => undefined);
    };
    await withServices(async (services) => {
      await instead(vscode.lm, 'registerTool', register, () => Promise.resolve(registerTools(services)));
      const source = new vscode.CancellationTokenSource();
      const asked = [...tools].flatMap(([name, tool]) => {
        const prepared = tool.prepareInvocation?.({ input: {} }, source.token);
        assert.ok(prepared !== undefined && prepared !== null && !('then' in prepared));
        return prepared.confirmationMessages === undefined ? [] : [name];
      });
      assert.deepEqual(asked, ['leti_train_round']);
      const heard: (RunEvent | undefined)[] = [];
      services.live.onChanged(({ event }) => {
        heard.push(event);
        source.cancel();
      });
      const tool = tools.get('leti_train_round');
      await assert.rejects(
        Promise.resolve(tool?.invoke({ input: {}, toolInvocationToken: undefined }, source.token)),
      );
      assert.equal(heard[0]?.event, 'run');
      assert.equal(heard.at(-1), undefined, 'it is over');
    });
    await until('the run to be stopped', () => runs()[0]?.status === 'interrupted');
  });
});
