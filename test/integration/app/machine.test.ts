import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CATALOGUE } from '../../../src/app/models/catalogue.ts';
import { defaultForMachine, defaultNote } from '../../../src/app/models/defaultModel.ts';
import { probeMachine } from '../../../src/app/machine.ts';
import { useFolder } from '../../support/folder.ts';

describe('the probe of the machine', function () {
  this.timeout(30_000);
  const folder = useFolder();
  const file = (): string => path.join(folder(), 'machine.json');
  const env = (): NodeJS.ProcessEnv => ({ ...process.env, LETI_HOME: folder() });
  const stored = (): Record<string, unknown> =>
    JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;

  it('measures the processor once, and again on another machine', async () => {
    const { gflops, gigabytes, memory } = await probeMachine(env());
    for (const number of [gflops, gigabytes, memory]) assert.ok(number > 0 && Number.isFinite(number));
    assert.equal(stored()['gflops'], gflops);

    writeFileSync(file(), JSON.stringify({ ...stored(), gflops: 1 }));
    assert.equal((await probeMachine(env())).gflops, 1, 'what is stored counts');
    for (const damaged of [JSON.stringify({ ...stored(), name: 'another machine' }), '{"gfl']) {
      writeFileSync(file(), damaged);
      assert.notEqual((await probeMachine(env())).gflops, 1);
    }
  });

  it('decides which model is the default', async () => {
    const chosenAt = async (gflops: number): Promise<string> => {
      writeFileSync(file(), JSON.stringify({ ...stored(), gflops }));
      return (await defaultForMachine(env(), new AbortController().signal)).model.name;
    };
    await probeMachine(env());
    assert.equal(await chosenAt(0.1), CATALOGUE[0]?.name);
    assert.match(
      await defaultNote(env(), undefined),
      /^SmolLM2-135M-Instruct is the default on this computer/,
    );
    const fast = await chosenAt(100_000);
    assert.equal(CATALOGUE.find(({ name }) => name === fast)?.needsAccelerator, false);
  });
});
