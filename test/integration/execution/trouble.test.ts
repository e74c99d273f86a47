import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { DEFAULT_LIMITS, type ExecutionResult } from '../../../src/protocol/execution.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { packagesOf, startTestExecutor, testEnvironment } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';
import { body } from './attacks.ts';

describe('the executor in trouble', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-trouble-'));
  const executors: Executor[] = [];
  let jobs = 0;

  before(async () => {
    const interpreter = await testEnvironment(path.join(folder, 'venv'), { tools: false });
    writeFileSync(
      path.join(packagesOf(interpreter), 'busybody.py'),
      'import threading, time\nfor daemon in (True, False):\n    threading.Thread(target=time.sleep, args=(99,), daemon=daemon).start()\n',
    );
    executors.push(await startTestExecutor(1, { interpreter }));
    executors.push(await startTestExecutor(1, { interpreter, most: 'T2' }));
  });

  after(async () => {
    await Promise.all(executors.map((executor) => executor.close()));
    rmSync(folder, { recursive: true });
  });

  const run = async (executor: Executor, of: Task, completion: string): Promise<ExecutionResult> =>
    await executor.execute(executionJob(of, assembleProgram(of, completion), jobs++, DEFAULT_LIMITS));

  const afterwards = async (executor: Executor): Promise<void> => {
    const empty = bareTask({ checks: [{ kind: 'statements', source: 'assert f(1) == []' }] });
    const lists = await run(executor, empty, body('import os', 'return os.listdir()'));
    assert.equal(lists.verdict, 'passed', JSON.stringify(lists));
  };

  it('runs programs and checks whose packages start threads', async () => {
    for (const executor of executors) {
      for (const sealable of [true, false]) {
        const result = await run(
          executor,
          bareTask({ setup: 'import busybody', sealable }),
          body('import busybody', 'return x + 1'),
        );
        assert.equal(result.verdict, 'passed', JSON.stringify(result));
        await afterwards(executor);
      }
    }
  });

  it('does not blame a program for what its checks print', async () => {
    const loud = bareTask({
      checks: [{ kind: 'statements', source: 'for n in range(50): print("x" * 100_000)\nassert f(1) == 2' }],
    });
    for (const executor of executors) {
      const right = await run(executor, loud, body('return x + 1'));
      assert.deepEqual([right.verdict, right.sealed], ['passed', true], JSON.stringify(right));
      assert.equal((await run(executor, loud, body('return x'))).verdict, 'failed');
      assert.equal(
        (await run(executor, bareTask(), body('print("x" * 5_000_000)', 'return x + 1'))).verdict,
        'output_limit',
      );
    }
  });

  it('names the package that a check lacks, whether the program is right or wrong', async () => {
    const lacking = bareTask({
      checks: [{ kind: 'statements', source: 'import not_there\nassert f(1) == 2' }],
    });
    for (const executor of executors) {
      for (const completion of [body('return x + 1'), body('return x')]) {
        const result = await run(executor, lacking, completion);
        assert.equal(result.verdict, 'import_missing');
        assert.match(result.diagnostic?.message ?? '', /'not_there'/);
      }
    }
  });

  it('goes on behind programs that fill their folder or make it hard to remove', async () => {
    for (const executor of executors) {
      for (const completion of [
        body('import os', 'for n in range(40):', '    open(str(n), "wb").write(b"x" * (8 << 20))'),
        body('import os', 'os.makedirs("a/b/c")', 'os.chmod("a/b", 0)', 'os.chmod("a", 0)', 'return 0'),
        body('import os', 'for n in range(200): os.mkdir("d"); os.chdir("d")', 'return 0'),
        body('import os', 'os.chmod(".", 0)', 'return 0'),
        body('import os', 'open("f", "w").close()', 'os.chmod("f", 0)', 'os.symlink("/", "l")', 'return 0'),
      ]) {
        const result = await run(executor, bareTask(), completion);
        assert.ok(!['passed', 'harness_error'].includes(result.verdict), JSON.stringify(result));
        await afterwards(executor);
      }
    }
  });
});
