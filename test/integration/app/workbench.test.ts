import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workbench } from '../../../src/app/workbench.ts';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import { useFolder } from '../../support/folder.ts';
import { childrenOf, commandOf } from '../../support/processes.ts';

describe('a workbench', function () {
  this.timeout(60_000);
  const folder = useFolder();

  it('that was closed starts nothing more, not even what was asked for before', async () => {
    const workbench = new Workbench({
      workspace: folder(),
      device: 'cpu',
      interpreter: undefined,
      trainerPython: undefined,
      allowUncontained: true,
      observe: () => undefined,
      signal: new AbortController().signal,
      env: { ...process.env, LETI_HOME: folder() },
    });
    const executor = workbench.executor();
    // Its interpreter is still looked for.
    await workbench.close();
    await assert.rejects(executor, InterruptedError);
    await sleep(500);
    const zygotes = childrenOf(process.pid).filter((pid) => commandOf(pid).includes('leti_runner.zygote'));
    assert.deepEqual(zygotes, []);
  });
});
