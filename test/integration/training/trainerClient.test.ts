import assert from 'node:assert/strict';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import type { SampleBatch } from '../../../src/protocol/sampling.ts';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { TrainerClient } from '../../../src/training/trainerClient.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { processesNaming, type Fixture } from '../../support/tinyRun.ts';

const BATCH: SampleBatch = {
  items: [
    {
      key: 1,
      prompt: [{ text: '```python\ndef add_one(x):', kind: 'text' }],
      samples: 3,
      stop: '\\n```',
    },
  ],
  rows: 4,
  settings: { temperature: 1, topP: 1, topK: 0, maxTokens: 400, seed: 1, round: 1 },
};

describe('the client of the trainer', function () {
  this.timeout(180_000);
  const folder = useFolder();
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let client: TrainerClient;
  let abort: AbortController;

  before(() => {
    ({ fixture, trainer } = fakeFixture(folder()));
    writeFileSync(
      path.join(folder(), 'texts.jsonl'),
      JSON.stringify({ id: '1', segments: [{ text: 'x', kind: 'text', role: 'program', weight: 1 }] }),
    );
  });
  beforeEach(() => {
    abort = new AbortController();
    client = new TrainerClient({ python: trainer.python, env: process.env, signal: abort.signal });
  });
  afterEach(async () => {
    trainer.release();
    await client.close();
    assert.deepEqual(trainers(), []);
  });

  const device = { device: 'cpu', threads: 1 } as const;
  const trainers = (): number[] => processesNaming(path.join(folder(), 'trainer'));
  const load = (): ReturnType<TrainerClient['sampler']> =>
    client.sampler({ ...device, engine: 'torch', folder: fixture.model, tokenizer: fixture.model });
  const measure = (): ReturnType<TrainerClient['measure']> =>
    client.measure({
      ...device,
      model: fixture.model,
      texts: path.join(folder(), 'texts.jsonl'),
      maxTokens: 9,
    });
  const train = (): ReturnType<TrainerClient['train']> =>
    client.train(
      {
        ...{ ...device, model: fixture.model, examples: path.join(folder(), 'texts.jsonl') },
        ...{ out: path.join(folder(), 'trained'), work: path.join(folder(), 'work') },
        settings: { ...DEFAULT_RUN.training, steps: 4 },
      },
      () => undefined,
    );
  async function programs(sampler: Awaited<ReturnType<typeof load>>): Promise<number> {
    let count = 0;
    for await (const { key } of sampler.sample(BATCH)) count += key;
    return count;
  }
  function kill(): void {
    for (const pid of trainers()) process.kill(pid, 'SIGKILL');
  }

  it('has one process for all requests, which come in their order', async () => {
    assert.deepEqual(trainers(), []);
    await client.hello();
    const [first] = trainers();
    const sampler = await load();
    const all = await Promise.all([programs(sampler), measure(), programs(sampler), client.hello()]);
    assert.deepEqual([all[0], all[1].texts.length, all[2]], [3, 1, 3]);
    await sampler.close();
    await sampler.close();
    await measure();
    assert.deepEqual(trainers(), [first]);
  });

  it('samples with the model that it loaded, also after other work has freed it', async () => {
    const sampler = await load();
    await measure();
    assert.equal(await programs(sampler), 3);
  });

  it('starts again when it has died since, and loads the sampler again', async () => {
    const sampler = await load();
    const before = trainers();
    kill();
    while (trainers().length > 0) await sleep(20);
    // Node hears of the end after the system has it.
    await sleep(500);
    assert.equal(await programs(sampler), 3);
    assert.equal(trainers().length, before.length);
    assert.notDeepEqual(trainers(), before);
  });

  it('says that it was killed during a request, and answers the next', async () => {
    trainer.holdAt('train', 1);
    const training = train();
    while (trainers().length === 0) await sleep(20);
    kill();
    await assert.rejects(
      training,
      (error) => error instanceof UserError && error.message.includes('was killed during "train"'),
    );
    trainer.release();
    assert.equal((await train()).steps, 4);
  });

  it('mixes no answers when one is not read to its end', async () => {
    const sampler = await load();
    for await (const program of sampler.sample(BATCH)) {
      assert.equal(program.key, 1);
      break;
    }
    assert.equal((await measure()).texts.length, 1);
    assert.equal(await programs(sampler), 3);
  });

  it('answers the next request after one that was refused', async () => {
    const nothing = path.join(folder(), 'nothing');
    const refused = client.sampler({ ...device, engine: 'torch', folder: nothing, tokenizer: nothing });
    await assert.rejects(refused, UserError);
    const [pid] = trainers();
    await measure();
    assert.deepEqual(trainers(), [pid]);
  });

  it('ends with everything on abort, and starts no more', async () => {
    trainer.holdAt('train', 1);
    const training = train();
    while (trainers().length === 0) await sleep(20);
    abort.abort();
    await assert.rejects(training, InterruptedError);
    await assert.rejects(client.hello(), InterruptedError);
  });
});
