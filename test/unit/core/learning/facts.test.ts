import assert from 'node:assert/strict';
import { factOf, factsOf, factTask } from '../../../../src/core/learning/facts.ts';
import { bareTask } from '../../../support/tasks.ts';

const WRONG = [
  'AssertionError',
  'check: assert f(3) == 4',
  'got: 5',
  'expected: 4',
  'line 2, in f: return x + 2',
  '1 of 3 checks passed',
].join('\n');

describe('factOf', () => {
  it('says what a call must return, and nothing of the program', () => {
    assert.equal(factOf(WRONG), 'For example, `f(3)` must return `4`, not `5`.');
  });

  it('takes the call that a test made where the check does not show it', () => {
    const feedback =
      'AssertionError\ncheck: self.assertEqual(self.of(3), 4)\ncall: f(3)\ngot: 5\nexpected: 4';
    assert.equal(factOf(feedback), 'For example, `f(3)` must return `4`, not `5`.');
  });

  it('reads a check of several lines whole, on one line', () => {
    const feedback = 'AssertionError\ncheck: assert f(\n    3,\n) == 4\ngot: 5\nexpected: 4';
    assert.equal(factOf(feedback), 'For example, `f( 3, )` must return `4`, not `5`.');
  });

  it('keeps a comparison inside the call apart from the one that failed', () => {
    const feedback = 'AssertionError\ncheck: assert f(a == b) == True\ngot: False\nexpected: True';
    assert.equal(factOf(feedback), 'For example, `f(a == b)` must return `True`, not `False`.');
  });

  it('says which check must hold where no value is known', () => {
    assert.equal(
      factOf('AssertionError\ncheck: assert is_even(2)\nline 2, in is_even: return False'),
      'This must hold: `assert is_even(2)`.',
    );
  });

  it('says which error must not come, with the call if it is known', () => {
    assert.equal(
      factOf("NameError: name 'y' is not defined\ncheck: f(3)\nline 2, in f: return y\n0 of 1 checks passed"),
      "A wrong answer ended in `NameError: name 'y' is not defined`. For example, `f(3)` must not end so.",
    );
    assert.equal(
      factOf('SyntaxError: invalid syntax\nline 2: return return'),
      'A wrong answer ended in `SyntaxError: invalid syntax`.',
    );
  });

  it('has none of a program that passed', () => {
    assert.equal(factOf(''), undefined);
  });

  it('bounds long values', () => {
    const feedback = `AssertionError\ncheck: assert f() == g()\ngot: ${'x'.repeat(5000)}\nexpected: 4`;
    assert.ok((factOf(feedback) ?? '').length < 400);
  });
});

describe('factsOf', () => {
  it('holds each fact once, the most frequent first, and at most four', () => {
    const other = 'TypeError: no';
    const [first, second] = factsOf([other, WRONG, WRONG]);
    assert.equal(first, factOf(WRONG));
    assert.equal(second, factOf(other));
    assert.equal(factsOf(['A: 1', 'B: 2', 'C: 3', 'D: 4', 'E: 5', '']).length, 4);
  });
});

describe('factTask', () => {
  it('changes nothing but name and instruction', () => {
    const task = bareTask();
    const { id, instruction, ...rest } = factTask(task, ['For example, `f(3)` must return `4`.']);
    assert.notEqual(id, task.id, 'both may be asked side by side, with other random numbers');
    assert.equal(instruction, `${task.instruction}\n\nFor example, \`f(3)\` must return \`4\`.`);
    assert.deepEqual({ ...rest, id: task.id, instruction: task.instruction }, task);
  });
});
