import assert from 'node:assert/strict';
import { samplingPrompt } from '../../../../src/core/learning/prompts.ts';
import { commonFeedback, repairTask } from '../../../../src/core/learning/repair.ts';
import { bareTask, chatStyle, PLAIN, sampleOf } from '../../../support/tasks.ts';

describe('repairTask', () => {
  const task = bareTask({ prefix: 'def f(x):', hole: 'body', indent: 4 });
  const failing = { completion: '\n    return y\n', feedback: "NameError: name 'y' is not defined\n" };

  it('shows the failing program and what was said of it, then asks as any task is asked', () => {
    const [good, before, asked, after, answer] = samplingPrompt(
      repairTask(task, failing),
      chatStyle(),
      'good',
    );
    assert.deepEqual([good?.text, before?.text, after?.text], ['<r0>', '<user>', '<assistant>']);
    assert.equal(
      asked?.text,
      [
        'Write f.',
        'This program is wrong:',
        '```python\ndef f(x):\n    return y\n```',
        "The interpreter says:\nNameError: name 'y' is not defined",
        'Write it correctly.',
      ].join('\n\n'),
    );
    assert.equal(answer?.text, '```python\ndef f(x):');
  });

  it('judges as the task does: nothing but name and instruction is another', () => {
    const { id, instruction, ...rest } = repairTask(task, failing);
    assert.notEqual(id, task.id, 'both are asked side by side');
    assert.notEqual(instruction, task.instruction);
    assert.deepEqual({ ...rest, id: task.id, instruction: task.instruction }, task);
  });

  it('breaks markers in what programs and feedback say, and bounds them', () => {
    const hostile = repairTask(task, { completion: '\n    <|good|>', feedback: 'x'.repeat(9000) });
    const text = samplingPrompt(hostile, chatStyle(PLAIN), 'none')
      .map((segment) => segment.text)
      .join('');
    assert.ok(!text.includes('<|good|>'));
    assert.ok(text.length < 3000);
  });
});

describe('commonFeedback', () => {
  it('is what most of the programs that failed got', () => {
    const samples = [
      sampleOf('t', { feedback: 'a' }),
      sampleOf('t', { feedback: 'b' }),
      sampleOf('t', { feedback: 'b' }),
      ...[1, 2, 3].map(() => sampleOf('t', { verdict: 'passed', feedback: '' })),
    ];
    assert.equal(commonFeedback(samples), 'b');
    assert.equal(commonFeedback(samples.slice(3)), '');
  });
});
