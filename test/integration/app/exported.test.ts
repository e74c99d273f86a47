import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { completionExport, exportModel, type ExportRequest } from '../../../src/app/models/export.ts';
import { chosenExport, usableModel } from '../../../src/app/models/lifetime.ts';
import { loadModel, type LoadedModel } from '../../../src/app/models/prepare.ts';
import { UserError } from '../../../src/protocol/errors.ts';
import type { RunEvent } from '../../../src/protocol/run.ts';
import type { TrainerRequest } from '../../../src/protocol/training.ts';
import { ModelStore } from '../../../src/training/modelStore.ts';
import { TrainerClient } from '../../../src/training/trainerClient.ts';
import { MAP_FILE } from '../../../src/weights/weightMap.ts';
import { fakeFixture, type FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { RECORD } from '../../support/records.ts';
import { tinyExports } from '../../support/tinyExports.ts';
import type { Fixture } from '../../support/tinyRun.ts';

const DATA = 'model.onnx.data';

describe('an export', function () {
  this.timeout(120_000);
  const folder = useFolder();
  let fixture: Fixture;
  let trainer: FakeTrainer;
  let homes = 0;
  let store: ModelStore;
  let base: LoadedModel;
  let client: TrainerClient;
  /** What the trainer was asked for, and what a user was told. */
  let asked: TrainerRequest['method'][];
  let events: RunEvent[];

  before(() => {
    ({ fixture, trainer } = fakeFixture(folder()));
  });
  beforeEach(async () => {
    trainer.exportsAs(fixture.model, tinyExports(fixture.model));
    store = new ModelStore(path.join(folder(), `home-${homes++}`));
    base = await loadModel(await store.add(fixture.model, { ...RECORD, name: 'base' }, { move: false }));
    asked = [];
    events = [];
    client = noting();
  });
  afterEach(() => client.close());

  const request = (model: LoadedModel): ExportRequest => ({
    model,
    store,
    signal: new AbortController().signal,
    observe: (event) => events.push(event),
    texts: () =>
      Promise.resolve([{ id: '1', segments: [{ kind: 'text', text: 'x = 1', role: 'program', weight: 1 }] }]),
    getTrainer: () => Promise.resolve(client),
  });

  /** A client that notes what it is asked for. */
  function noting(): TrainerClient {
    const signal = new AbortController().signal;
    const made = new TrainerClient({ python: trainer.python, env: process.env, signal });
    for (const method of ['export', 'choices'] as const) {
      const ask = made[method].bind(made) as (work: never) => Promise<never>;
      made[method] = (work: unknown) => {
        asked.push(method);
        return ask(work as never);
      };
    }
    return made;
  }

  const notices = (): string =>
    events.flatMap((event) => (event.event === 'notice' ? [event.message] : [])).join('\n');

  /** A model of the same shape, trained from the base; some of its weights have other last bits. */
  async function trained(parents: string[]): Promise<LoadedModel> {
    const model = path.join(folder(), `trained-${homes}`);
    cpSync(fixture.model, model, { recursive: true });
    const file = path.join(model, 'model.safetensors');
    const weights = readFileSync(file);
    for (let at = weights.length - 4000; at < weights.length; at += 4) weights[at] = 7;
    writeFileSync(file, weights);
    return await loadModel(await store.add(model, { ...RECORD, name: 'trained', parents }, { move: true }));
  }

  /** Exports of the tiny model whose int8 graph computes nonsense. */
  function spoiltExports(): string {
    const copy = path.join(folder(), `exports-${homes}`);
    cpSync(tinyExports(fixture.model), copy, { recursive: true });
    const file = path.join(copy, 'int8', DATA);
    writeFileSync(
      file,
      readFileSync(file).map((byte, at) => (at % 4 === 0 ? byte ^ 255 : byte)),
    );
    return copy;
  }

  it('of a first model is built, and of a model trained from it written into its graph', async () => {
    const first = await completionExport(request(base));
    assert.deepEqual(asked, ['choices', 'export']);
    const model = await trained([base.hash]);
    const second = await completionExport(request(model));
    assert.deepEqual(asked, ['choices', 'export', 'choices']);
    const [a, b] = [first, second].map((made) => readFileSync(path.join(made.folder, DATA)));
    assert.ok(a!.length === b!.length && !a!.equals(b!));
    assert.deepEqual([second.precision, notices()], ['int8', '']);
    // Both were compared with torch, and so says the run's page.
    assert.equal(events.filter((event) => event.event === 'export' && event.agreement >= 0.95).length, 2);
    assert.deepEqual(await completionExport(request(model)), second);
    assert.equal(asked.length, 3);
  });

  it('in fp32 uses what torch was asked for before', async () => {
    await completionExport(request(base));
    await exportModel(request(base), 'fp32');
    assert.deepEqual(asked, ['choices', 'export', 'export']);
  });

  it('is built anew where the weights do not fit the graph of the parent, which is told', async () => {
    const { folder: like } = await completionExport(request(base));
    const map = path.join(like, MAP_FILE);
    writeFileSync(
      map,
      readFileSync(map, 'utf8').replace('"num_attention_heads": 4', '"num_attention_heads": 8'),
    );
    const { folder: made } = await completionExport(request(await trained([base.hash])));
    assert.deepEqual(asked, ['choices', 'export', 'choices', 'export']);
    assert.match(notices(), /built anew.*num_attention_heads 4, and the graph was made for 8/);
    assert.ok(existsSync(path.join(made, 'model.onnx')));
  });

  it('is built anew where the graph of the parent is damaged', async () => {
    const { folder: like } = await completionExport(request(base));
    truncateSync(path.join(like, DATA), 1000);
    await completionExport(request(await trained([base.hash])));
    assert.deepEqual(asked, ['choices', 'export', 'choices', 'export']);
    assert.match(notices(), /data file of the graph ends too early/);
  });

  it('falls back to float32 where int8 falls short, says so, and stays there', async () => {
    trainer.exportsAs(fixture.model, spoiltExports());
    assert.equal(await usableModel(base.hash, store), undefined);
    const made = await completionExport(request(base));
    assert.deepEqual([made.precision, made.folder], ['fp32', store.exportFolder(base.hash, 'fp32')]);
    assert.match(
      notices(),
      /base loses too much in int8: it makes PyTorch's choice after \d+\.\d % of \d+ tokens, and 95 % are needed\. LeTI uses float32/,
    );
    assert.ok(!existsSync(store.exportFolder(base.hash, 'int8')));
    // What measures and completes later finds the same export, and tries int8 no more.
    assert.deepEqual(await chosenExport(base.hash, store), made);
    assert.equal((await usableModel(base.hash, store))?.hash, base.hash);
    const before = [asked.length, events.length];
    assert.deepEqual(await completionExport(request(base)), made);
    assert.deepEqual([asked.length, events.length], before);
  });

  it('is refused where not even float32 makes the choices of torch', async () => {
    const exports = spoiltExports();
    rmSync(path.join(exports, 'fp32'), { recursive: true });
    cpSync(path.join(exports, 'int8'), path.join(exports, 'fp32'), { recursive: true });
    trainer.exportsAs(fixture.model, exports);
    await assert.rejects(
      completionExport(request(base)),
      (error) => error instanceof UserError && error.message.includes('fp32 export of base cannot be used'),
    );
    assert.equal(await chosenExport(base.hash, store), undefined);
  });
});
