import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceFiles } from '../../../src/app/folders.ts';
import { stages } from '../../../src/app/runs/stages.ts';
import { GateRecord } from '../../../src/protocol/run.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { useFolder } from '../../support/folder.ts';
import { LetiProcess, modelThatKnows, tinyFixture, trainerPython } from '../../support/tinyRun.ts';

/** Held-out tasks of one prompt, each of its own family. */
const HELD_OUT = 7;
/** Programs per held-out task and look. */
const SAMPLES = 4;

describe('the gate of a run', function () {
  this.timeout(180_000);
  const folder = useFolder();

  it('adds samples of both models until it can decide, also over an interruption', async () => {
    const fixture = tinyFixture(folder());
    // Which of its programs the model writes is a matter of chance: the gain of a training cannot be seen at once.
    const model = modelThatKnows(path.join(folder(), 'either'), [
      ['negate', 'negate', 'return -x'],
      ['negate', 'negate', 'return x - 1'],
      ['double', 'double', 'return x * 2'],
      ['double', 'double', 'return x + 2'],
    ]);
    const tasks = path.join(folder(), 'chance.jsonl');
    const heldOut = path.join(folder(), 'chance-held-out.jsonl');
    writeFileSync(tasks, taskLine('double', 2, 'double'));
    writeFileSync(
      heldOut,
      Array.from({ length: HELD_OUT }, (_, index) => taskLine('negate', -1, `family ${index}`)).join(''),
    );
    const home = path.join(folder(), 'home');
    const common = ['--trainer-python', trainerPython(), '--json'];
    const args = [
      ...['train', fixture.workspace, '--tasks', tasks, '--held-out', heldOut, '--model', model],
      ...['--samples', '8', '--held-out-samples', String(SAMPLES), '--learning-rate', '3e-4', ...common],
    ];
    let stopped = false;
    const first = new LetiProcess(args, home, ({ event, phase }, { child }) => {
      if (stopped || event !== 'phase' || phase !== 'gate') return;
      stopped = true;
      child.kill('SIGINT');
    });
    const { code } = await first.ended;
    assert.ok(
      stopped,
      `the gate took no second look: ${JSON.stringify(first.events.filter(({ event }) => ['gate', 'evaluation', 'notice', 'training'].includes(String(event))))} ${first.stderr}`,
    );
    assert.equal(code, 130, first.stderr);
    const resumed = new LetiProcess(['train', fixture.workspace, '--resume', 'last', ...common], home);
    assert.equal((await resumed.ended).code, 0, resumed.stderr);

    const store = new RunStore(workspaceFiles(fixture.workspace, { LETI_HOME: home }).store);
    try {
      const id = store.runs()[0]?.id ?? '';
      const gate = store.stage(id, stages.gate(1), GateRecord);
      assert.ok(gate?.before !== undefined && gate.after !== undefined);
      const looks = gate.after.samples / (HELD_OUT * SAMPLES);
      assert.ok(looks === 2 || looks === 3, `${looks} looks`);
      if (gate.decision === 'undecided') assert.equal(looks, 3, 'it gives up at the last look only');
      assert.equal(gate.before.samples, gate.after.samples);
      for (const [round, evaluation] of [
        [0, gate.before],
        [1, gate.after],
      ] as const) {
        const samples = store.samples(id, stages.evaluate(round, 'held-out'));
        assert.equal(samples.length, evaluation.samples);
        for (let task = 0; task < HELD_OUT; task += 1) {
          const numbers = samples
            .filter(({ taskId }) => taskId === `negate, family ${task}`)
            .map(({ sample }) => sample);
          assert.deepEqual(
            numbers,
            Array.from({ length: looks * SAMPLES }, (_, index) => index),
          );
        }
      }
      const report = resumed.events.find(({ event }) => event === 'report');
      const { heldOut: shown } = report?.['report'] as { heldOut: { samples: number }[] };
      assert.deepEqual(
        shown.map(({ samples }) => samples),
        [gate.before.samples, gate.after.samples],
      );
    } finally {
      store.close();
    }
  });
});

function taskLine(name: string, factor: number, family: string): string {
  const task = {
    ...{ id: `${name}, ${family}`, source: 'file', name, hole: 'body', indent: 4, setup: '', family },
    instruction: `Write the body of the Python function \`${name}\`: ${name}`,
    prefix: `def ${name}(x):\n    """${name}"""`,
    checks: [3, 5].map((x) => ({ kind: 'statements', source: `assert ${name}(${x}) == ${factor * x}` })),
  };
  return JSON.stringify(task) + '\n';
}
