import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { Bystander } from '../../support/bystander.ts';
import { startTestExecutor, testEnvironment } from '../../support/executor.ts';
import { bareTask } from '../../support/tasks.ts';
import { ON_BYSTANDERS } from './attacksOnBystanders.ts';
import { BYSTANDER } from './attackTools.ts';

describe('a bystander', function () {
  this.timeout(600_000);

  it('notices what programs do to it where nothing contains them', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-bystander-'));
    chmodSync(folder, 0o755);
    // Root's programs have fewer rights than root.
    const ordinaryUser = process.getuid?.() === 0;
    const interpreter = await testEnvironment(path.join(folder, 'venv'), { tools: false, ordinaryUser });
    const executor = await startTestExecutor(1, { most: 'T1', ordinaryUser, interpreter });
    const task = bareTask({ checks: [{ kind: 'statements', source: 'assert f(1) == 2' }] });
    const unnoticed: string[] = [];
    try {
      for (const [index, [does, completion]] of ON_BYSTANDERS.entries()) {
        const bystander = await Bystander.start(interpreter, ordinaryUser);
        const program = assembleProgram(task, completion.replaceAll(BYSTANDER, bystander.places));
        const result = await executor.execute(executionJob(task, program, index, DEFAULT_LIMITS));
        // A program that succeeded may have stopped it.
        const noticed = result.verdict === 'passed' || (await bystander.touched()).length > 0;
        if (!noticed) unnoticed.push(`${does}: ${JSON.stringify(result.diagnostic)}`);
        await bystander.stop();
      }
    } finally {
      await executor.close();
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(unnoticed, []);
  });
});
