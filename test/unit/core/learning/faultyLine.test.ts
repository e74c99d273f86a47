import assert from 'node:assert/strict';
import { blamedPart } from '../../../../src/core/learning/faultyLine.ts';
import { renderFeedback } from '../../../../src/core/text/feedback.ts';
import { assembleProgram, shownProgram } from '../../../../src/core/text/program.ts';
import { bareTask, result } from '../../../support/tasks.ts';

/** What is blamed of a program that stopped at a line of its text, by the feedback that the model reads. */
function blamed(completion: string, line: number, parts: Parameters<typeof bareTask>[0] = {}): string {
  const task = bareTask(parts);
  const program = assembleProgram(task, completion);
  const source = shownProgram(task, completion).split('\n')[line - 1]?.trim() ?? '';
  const frames = [{ path: program.main.path, line, function: 'f', source }];
  const diagnostic = { type: 'NameError', message: "name 'y' is not defined", frames };
  const feedback = renderFeedback(program, result({ verdict: 'error', diagnostic }), () => 0);
  const part = blamedPart(task, completion, feedback);
  return part === undefined ? 'nothing' : completion.slice(...part);
}

describe('the part of a program that is blamed', () => {
  it('is the line that the feedback names, from behind its indentation and first word', () => {
    assert.equal(blamed('x):\n    a = 1\n    return y + a\n', 3), ' y + a');
    assert.equal(blamed('x):\n    a = y\n    return a\n', 2), ' a = y');
    assert.equal(blamed('x):\n    for i in y:\n        print(i)\n    return 1', 2), ' i in y:');
  });

  it('is what the model wrote of a line that the prefix began', () => {
    assert.equal(blamed('x=y):\n    return 1', 1), 'x=y):');
  });

  it('is found where a body begins behind its prefix, with and without a newline of its own', () => {
    const host = { module: 'm', path: 'm.py', before: 'def f(x):\n', after: '', files: [] };
    const parts = { prefix: 'def f(x):', hole: 'body', host } as const;
    assert.equal(blamed('\n    a = 1\n    return y', 3, parts), ' y');
    assert.equal(blamed('    a = 1\n    return y', 3, parts), ' y');
    assert.equal(blamed('    return y', 2, parts), ' y');
  });

  it('is nothing where no line is named, or one that is not the program’s', () => {
    const task = bareTask();
    for (const feedback of [
      'AssertionError\ngot: 3\nexpected: 2\n0 of 1 checks passed',
      'NameError: x\nline 9, in f: return y',
      'NameError: x\nline 2, in f: something else',
      'TypeError: x\nhelpers.py, in g: return y',
      '',
    ]) {
      assert.equal(blamedPart(task, 'x):\n    return y', feedback), undefined, feedback);
    }
  });
});
