import assert from 'node:assert/strict';
import { OBJECTIVES } from '../../../src/core/learning/objectives/index.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { mutantSamples } from '../../../src/app/runs/unsampledTexts.ts';
import { startTestExecutor, testInterpreter } from '../../support/executor.ts';
import { bareTask, chatStyle } from '../../support/tasks.ts';

const CHECKS = [{ kind: 'statements' as const, source: 'assert [f(n) for n in range(4)] == [0, 0, 1, 3]' }];
const REFERENCE = '\n    total = 0\n    for one in range(x):\n        total = total + one\n    return total';

describe('changed references', function () {
  this.timeout(60_000);
  let executor: Executor;

  before(async () => {
    executor = await startTestExecutor(2);
  });

  after(async () => {
    await executor.close();
  });

  it('are run as programs of their tasks, and become questions whose answer is the reference', async () => {
    const body = { hole: 'body' as const, indent: 4, prefix: 'def f(x):', checks: CHECKS };
    const host = {
      module: 'm',
      path: 'm.py',
      before: 'STEP = 1\n\ndef f(x):\n',
      after: '',
      files: [],
      testFiles: [],
    };
    const tasks = [
      bareTask({ ...body, id: 'alone', reference: REFERENCE }),
      bareTask({ ...body, id: 'hosted', reference: REFERENCE, host }),
      // Another version of the same file.
      bareTask({ ...body, id: 'older', reference: REFERENCE, host: { ...host, before: 'def f(x):\n' } }),
      bareTask({ ...body, id: 'nothing to change' }),
      bareTask({ id: 'not a body', reference: 'x):\n    return x + 1' }),
    ];
    const samples = await mutantSamples(
      tasks,
      await testInterpreter(),
      { timeoutSeconds: 5, feedback: 'full' },
      { executor, countTokens: (text) => text.length, signal: new AbortController().signal },
    );
    assert.deepEqual([...new Set(samples.map(({ taskId }) => taskId))], ['alone', 'hosted', 'older']);
    for (const sample of samples) {
      assert.notEqual(sample.verdict, 'passed');
      assert.match(sample.feedback, /Error/);
      assert.match(sample.completion, /^\n {4}total = /);
    }
    const examples = OBJECTIVES.mutation.examples({
      tasks: new Map(tasks.map((task) => [task.id, task])),
      samples: [],
      replay: [],
      mutants: samples.map((sample) => ({
        ...sample,
        id: `${sample.taskId}#${sample.sample}`,
        passed: false,
      })),
      pretraining: [],
      style: chatStyle(),
      lossOn: 'program',
      seed: 1,
    });
    assert.equal(examples.length, 6, 'two of each');
    for (const { segments } of examples) {
      const learnt = segments.filter(({ weight }) => weight > 0).map(({ text }) => text);
      assert.equal(learnt[0], REFERENCE);
    }
  });
});
