import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workspaceData } from '../../../src/process/letiHome.ts';
import type { Sample } from '../../../src/protocol/run.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { LetiProcess, SMALLEST_MODEL, trainerPython, writeTinyTasks } from '../../support/tinyRun.ts';

type Event = Record<string, unknown>;

/** A whole round with the smallest model, twice: once unbroken, once killed while it samples. */
describe('a run with the smallest model', function () {
  this.timeout(1_200_000);
  let folder: string;
  let home: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-default-model-'));
    home = path.join(folder, 'home');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function train(
    workspace: string,
    more: string[],
    onEvent?: (event: Event, leti: LetiProcess) => void,
  ): LetiProcess {
    mkdirSync(path.join(folder, workspace), { recursive: true });
    const { tasks, heldOut } = writeTinyTasks(folder);
    return new LetiProcess(
      [
        ...['train', path.join(folder, workspace), '--tasks', tasks, '--held-out', heldOut, '--json'],
        ...['--model', SMALLEST_MODEL],
        ...[
          '--samples',
          '4',
          '--held-out-samples',
          '4',
          '--max-tokens',
          '48',
          '--epochs',
          '1',
          '--batch',
          '4',
        ],
        ...['--trainer-python', trainerPython(), ...more],
      ],
      home,
      onEvent,
    );
  }

  function samples(workspace: string): Sample[] {
    const store = new RunStore(
      path.join(workspaceData(path.join(folder, workspace), { LETI_HOME: home }), 'runs.sqlite'),
    );
    try {
      const run = store.runs()[0]?.id ?? '';
      return store
        .stages(run)
        .flatMap((stage) => store.samples(run, stage))
        .map((sample) => ({ ...sample, durationMs: 0, queueMs: 0 }));
    } finally {
      store.close();
    }
  }

  it('is converted, writes programs that pass, is trained, exported and measured', async () => {
    const run = train('unbroken', []);
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.stderr);
    const exports = run.events.filter(({ event }) => event === 'export');
    // The base in both formats; the new weights are only measured, so only in int8.
    assert.deepEqual(exports.map(({ precision }) => precision).sort(), ['fp32', 'int8', 'int8']);
    for (const { precision, agreement } of exports) {
      assert.ok(
        Number(agreement) >= (precision === 'fp32' ? 0.99 : 0.95),
        `${String(agreement)} in ${String(precision)}`,
      );
    }
    const written = samples('unbroken');
    assert.ok(written.some(({ verdict }) => verdict === 'passed'));
    assert.ok(written.some(({ feedback }) => feedback !== ''));
    const { modelFolder } = run.events.at(-1) as { modelFolder: string };
    assert.ok(existsSync(path.join(modelFolder, 'int8', 'model.onnx')));
  });

  it('writes the same programs when its run is killed and resumed', async () => {
    let killed = false;
    const run = train('killed', [], (event, leti) => {
      if (killed || event['phase'] !== 'sample/1' || Number(event['done']) < 5) return;
      killed = true;
      leti.child.kill('SIGKILL');
    });
    assert.deepEqual(await run.ended, { code: null, signal: 'SIGKILL' }, run.stderr);
    const resumed = train('killed', ['--resume', 'last']);
    assert.deepEqual(await resumed.ended, { code: 0, signal: null }, resumed.stderr);
    assert.deepEqual(samples('killed'), samples('unbroken'));
  });
});
