import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderFeedback } from '../../../src/core/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { readTaskFile } from '../../../src/harvest/files.ts';
import { validateTasks } from '../../../src/harvest/validate.ts';
import { packageRoot } from '../../../src/process/packageRoot.ts';
import { DEFAULT_LIMITS, type ExecutionResult } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { startTestExecutor, testInterpreter } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';

const EVENTS = path.join(packageRoot(), 'examples/events');

describe('tasks that bring a verifier, or an input', function () {
  this.timeout(60_000);
  let executor: Executor;
  let jobs = 0;

  before(async () => {
    executor = await startTestExecutor(2);
  });

  after(async () => {
    await executor.close();
  });

  const run = async (
    of: Task,
    completion: string,
  ): Promise<{ result: ExecutionResult; feedback: string }> => {
    const program = assembleProgram(of, completion);
    const result = await executor.execute(executionJob(of, program, jobs++, DEFAULT_LIMITS));
    return { result, feedback: renderFeedback(program, result, () => 0) };
  };

  it('of the example are sound: references pass, an empty body does not', async () => {
    const tasks = await readTaskFile(path.join(EVENTS, 'tasks.jsonl'));
    assert.equal(tasks.length, 32);
    const reasons = (await validateTasks(tasks, executor)).map(({ reason }) => reason);
    assert.deepEqual(new Set(reasons), new Set([undefined]));
  });

  it('of the example are what its script writes', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'events-'));
    try {
      cpSync(EVENTS, folder, { recursive: true });
      execFileSync(await testInterpreter(), [path.join(folder, 'make_tasks.py')]);
      const [made, kept] = [folder, EVENTS].map((where) =>
        readFileSync(path.join(where, 'tasks.jsonl'), 'utf8'),
      );
      assert.equal(made, kept);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('say in sentences what is wrong, and cannot be talked round', async () => {
    const task = (await readTaskFile(path.join(EVENTS, 'tasks.jsonl')))[0];
    assert.ok(task !== undefined);
    const cases: [completion: string, says: RegExp][] = [
      ['    return 3', /Expected an event of the class Transport\./],
      ['    return Transport()', /"Mira Sand" is missing in agent\./],
      ["    return Transport(agent=[Place('Mira Sand')])", /"Mira Sand" in agent is a Person, not a Place\./],
      ["    return Transport(origin=[Place('Lagos')])", /"Lagos" belongs to destination, not to origin\./],
      [
        "    return Transport(agent=[Person('Sand')])",
        /"Sand" in agent is the wrong span; the entity is "Mira Sand"\./,
      ],
      ["    return Transport(agent='Mira Sand')", /agent must be a list of entities\./],
      [
        '    class All(list):\n        def __contains__(self, o): return True\n    return Transport(agent=All())',
        /Expected an event|must be a list|missing/,
      ],
      ['    @dataclass\n    class Transport: pass\n    return Transport()', /must be a list/],
      [
        "    @dataclass\n    class Transport:\n        x: str = 'y'\n    return Transport()",
        /Transport has no x\./,
      ],
    ];
    for (const [completion, says] of cases) {
      const { result, feedback } = await run(task, `\n${completion}`);
      assert.deepEqual([result.verdict, result.sealed], ['failed', true], JSON.stringify(result));
      assert.match(feedback, says);
    }
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
