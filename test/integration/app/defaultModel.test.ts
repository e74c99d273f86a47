import assert from 'node:assert/strict';
import path from 'node:path';
import { useFolder } from '../../support/folder.ts';
import { LetiProcess, SMALLEST_MODEL, trainerPython, writeTinyTasks } from '../../support/tinyRun.ts';

/** The smallest model, without training: `defaultModelRun.slow.test.ts` does whole rounds with it. */
describe('the smallest model', function () {
  this.timeout(600_000);
  const folder = useFolder();

  it('is converted and exported, and writes programs that pass', async () => {
    const { tasks } = writeTinyTasks(folder());
    const asked = ['evaluate', '--tasks', tasks, '--model', SMALLEST_MODEL, '--samples', '2', '--json'];
    const home = path.join(folder(), 'home');
    const leti = new LetiProcess([...asked, '--trainer-python', trainerPython()], home);
    assert.deepEqual(await leti.ended, { code: 0, signal: null }, leti.stderr);
    const [exported, ...more] = leti.events.filter(({ event }) => event === 'export');
    assert.deepEqual([exported?.['precision'], more], ['int8', []]);
    assert.ok(Number(exported?.['agreement']) >= 0.95, JSON.stringify(exported));
    const { evaluation } = leti.events.at(-1) as { evaluation: { samples: number; passedSamples: number } };
    assert.equal(evaluation.samples, 10);
    assert.ok(evaluation.passedSamples > 0, JSON.stringify(evaluation));
  });
});
