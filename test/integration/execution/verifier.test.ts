import assert from 'node:assert/strict';
import type { Task } from '../../../src/protocol/task.ts';
import { useProgramRunner } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

describe('tasks that bring a verifier, or an input', function () {
  this.timeout(60_000);
  const { run } = useProgramRunner();

  it('say in sentences what is wrong with the plain data of a call', async () => {
    const source =
      'def verify(value):\n    return [] if value == 2 else [f"{value} is not two", "Try again."]';
    const two = bareTask({ checks: [{ kind: 'verifier', call: 'f(1)', source }] });
    const wrong = await run(two, 'x):\n    return 1');
    assert.deepEqual([wrong.result.verdict, wrong.result.sealed], ['failed', true]);
    for (const sentence of ['1 is not two', 'Try again.']) assert.ok(wrong.feedback.includes(sentence));
    // An object that claims to equal everything arrives as plain data.
    const forged = await run(
      two,
      'x):\n    class A(int):\n        __eq__ = lambda *_: True\n    return A(1)',
    );
    assert.deepEqual([forged.result.verdict, forged.result.sealed], ['failed', true]);
    assert.equal((await run(two, 'x):\n    return 2')).result.verdict, 'passed');
  });

  it('are not the fault of the program where the verifier itself is broken, or cannot be kept apart', async () => {
    const judged = (source: string, parts: Partial<Task> = {}): Task =>
      bareTask({ checks: [{ kind: 'verifier', call: 'f(1)', source }], ...parts });
    for (const source of ['def verify(value): return value.missing', 'def verify(', 'x = 1']) {
      assert.equal((await run(judged(source), 'x):\n    return 1')).result.verdict, 'harness_error', source);
    }
    const beside = judged('def verify(value): return []', { sealable: false });
    assert.equal((await run(beside, 'x):\n    return 1')).result.verdict, 'harness_error');
  });

  it('compare what is printed for an input, beside the program too', async () => {
    for (const sealable of [true, false]) {
      const adds = bareTask({
        checks: [
          { kind: 'io', stdin: '1 2\n', stdout: '3\n' },
          { kind: 'io', stdin: '4 5\n', stdout: '9' },
        ],
        sealable,
      });
      const right = await run(adds, '):\n    print(sum(map(int, input().split())), " ")');
      assert.deepEqual([right.result.verdict, right.result.sealed], ['passed', sealable]);
      const wrong = await run(adds, '):\n    input()\n    print(3)');
      assert.equal(
        wrong.feedback,
        "AssertionError\ncheck: printed for the input '4 5\\n'\ngot: '3'\nexpected: '9'\n1 of 2 checks passed",
      );
      const more = await run(adds, '):\n    input()\n    input()');
      assert.equal(more.result.diagnostic?.type, 'EOFError');
    }
  });
});
