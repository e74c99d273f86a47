import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { FeedbackProblems } from '../../../src/extension/testing/feedbackProblems.ts';
import { TaskTests } from '../../../src/extension/testing/taskTests.ts';
import { folder, instead, withServices } from './support.ts';

/** What a run of tests said of its items. */
interface Outcome {
  outcome: 'passed' | 'failed' | 'errored' | 'skipped';
  message?: vscode.TestMessage;
}
type Profile = (request: vscode.TestRunRequest, token: vscode.CancellationToken) => Promise<void>;

/** A controller of VS Code's own whose runs are written down instead of being shown. */
class Recorder {
  readonly outcomes = new Map<string, Outcome>();
  readonly profiles = new Map<string, Profile>();
  output = '';
  resolveHandler: (item: undefined) => Promise<void> = () => Promise.resolve();
  refreshHandler: unknown;
  readonly items: vscode.TestItemCollection;
  readonly #own: vscode.TestController;

  constructor(own: vscode.TestController) {
    this.#own = own;
    this.items = own.items;
  }

  createTestItem(id: string, label: string, uri: vscode.Uri): vscode.TestItem {
    return this.#own.createTestItem(id, label, uri);
  }

  createRunProfile(label: string, _kind: unknown, run: Profile): void {
    this.profiles.set(label, run);
  }

  createTestRun(): object {
    const note = (outcome: Outcome['outcome']) => (item: vscode.TestItem, message?: unknown) => {
      this.outcomes.set(item.id, {
        outcome,
        ...(message instanceof vscode.TestMessage ? { message } : {}),
      });
    };
    const nothing = (): void => undefined;
    return {
      token: new vscode.CancellationTokenSource().token,
      passed: note('passed'),
      failed: note('failed'),
      errored: note('errored'),
      skipped: note('skipped'),
      enqueued: nothing,
      started: nothing,
      end: nothing,
      appendOutput: (text: string) => {
        this.output += text;
      },
    };
  }

  dispose(): void {
    this.#own.dispose();
  }

  async run(profile: string, ...ids: string[]): Promise<void> {
    const include: vscode.TestItem[] = [];
    this.items.forEach((file) => {
      file.children.forEach((item) => {
        if (ids.includes(item.id)) include.push(item);
      });
    });
    assert.equal(include.length, ids.length);
    await this.profiles.get(profile)?.(
      new vscode.TestRunRequest(include),
      new vscode.CancellationTokenSource().token,
    );
  }
}

describe('tasks in the Testing view', () => {
  const wrong = path.join(folder(), 'wrong.py');
  const test = path.join(folder(), 'tests/test_wrong.py');

  before(() => {
    writeFileSync(
      wrong,
      'def inner(x):\n    return y\n\n\ndef outer(x):\n    return inner(x)\n\n\ndef triple(x):\n    return x + 3\n',
    );
    writeFileSync(
      test,
      'import wrong\n\n\ndef test_outer():\n    assert wrong.outer(1) == 1\n\n\ndef test_triple():\n    assert wrong.triple(2) == 6\n',
    );
  });

  after(() => {
    rmSync(wrong);
    rmSync(test);
  });

  const withRecorder = async (work: (recorder: Recorder) => Promise<void>): Promise<void> => {
    await withServices(async (services) => {
      const feedback = new FeedbackProblems();
      const controller = vscode.tests.createTestController('leti-suite', 'suite');
      const recorder = new Recorder(controller);
      try {
        await instead(
          vscode.tests,
          'createTestController',
          () => recorder,
          async () => {
            new TaskTests(services, feedback);
            return Promise.resolve();
          },
        );
        await recorder.resolveHandler(undefined);
        await work(recorder);
      } finally {
        recorder.dispose();
        feedback.dispose();
      }
    });
  };

  it('say what was expected and what came, and the way to the line that failed', async () => {
    await withRecorder(async (recorder) => {
      await recorder.run('Check', 'wrong.py:triple', 'wrong.py:outer', 'ops.py:double');
      const of = (id: string): Outcome | undefined => recorder.outcomes.get(id);
      assert.deepEqual(of('ops.py:double'), { outcome: 'passed' });
      const value = of('wrong.py:triple');
      assert.equal(value?.outcome, 'failed');
      assert.deepEqual([value.message?.expectedOutput, value.message?.actualOutput], ['6', '5']);
      const error = of('wrong.py:outer');
      assert.equal(error?.outcome, 'errored');
      assert.equal(error.message?.location?.uri.fsPath, wrong);
      assert.equal(error.message.location.range.start.line, 1, 'in inner, where y is not defined');
      const frames = (error.message.stackTrace ?? []).map(({ uri, position }) => [
        path.basename(uri?.fsPath ?? ''),
        position?.line,
      ]);
      assert.deepEqual(frames, [
        ['wrong.py', 1],
        ['wrong.py', 5],
        ['test_wrong.py', 3],
      ]);
      assert.match(recorder.output, /wrong\.py:triple: failed, 0 of 1 checks pass\r\n/);
    });
  });

  it('are solved with the model, all in one go: how many programs pass, and what most of the others got', async () => {
    await withRecorder(async (recorder) => {
      await recorder.run('Solve with model', 'ops.py:double', 'wrong.py:outer');
      assert.match(recorder.output, /ops\.py:double: \d of 4 programs pass \(\d+\.\d %\)\r\n/);
      const outer = recorder.outcomes.get('wrong.py:outer');
      assert.equal(outer?.outcome, 'failed');
      assert.match(outer.message?.message as string, /^0 of 4 programs pass \(0\.0 %\)\n\n\w/);
    });
  });
});
