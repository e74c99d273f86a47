import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import { MAP_FILE, readWeightMap } from '../../../src/weights/weightMap.ts';
import { UnfitWeightsError, writeExport } from '../../../src/weights/writeExport.ts';
import { modelPairs } from '../../support/fixtures.ts';
import { root } from '../../support/environment.ts';

const DATA = 'model.onnx.data';
const KINDS = ['llama', 'qwen2'] as const;
const PRECISIONS = ['fp32', 'int8'] as const;

describe('weights are written into a graph', function () {
  this.timeout(120_000);
  let pairs: string;
  let folder: string;
  const never = new AbortController().signal;

  before(() => {
    pairs = modelPairs();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-weights-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const of = (kind: string, which: 'base' | 'trained', what: string): string =>
    path.join(pairs, kind, which, what);
  const out = (): string => path.join(folder, 'out');
  const writing = (model: string, like: string, signal = never): Promise<void> =>
    writeExport({ model, like, out: out(), without: [], signal });

  /** A copy of a file of the pairs' model or export folder with one change. */
  function changed(from: string, file: string, change: (text: string) => string): string {
    const copy = path.join(folder, 'copy');
    cpSync(from, copy, { recursive: true });
    writeFileSync(path.join(copy, file), change(readFileSync(path.join(copy, file), 'utf8')));
    return copy;
  }

  for (const kind of KINDS) {
    for (const precision of PRECISIONS) {
      it(`of ${kind} in ${precision} as the builder exports them, bit for bit`, async () => {
        await writing(of(kind, 'trained', 'model'), of(kind, 'base', precision));
        const wanted = of(kind, 'trained', precision);
        assert.ok(
          !readFileSync(path.join(wanted, DATA)).equals(
            readFileSync(of(kind, 'base', `${precision}/${DATA}`)),
          ),
        );
        assert.deepEqual(readdirSync(out()).sort(), readdirSync(wanted).sort());
        for (const name of readdirSync(wanted)) {
          // Its config also holds what the model was stored in.
          if (name === MAP_FILE || name === 'genai_config.json') continue;
          assert.ok(
            readFileSync(path.join(out(), name)).equals(readFileSync(path.join(wanted, name))),
            `${name} differs`,
          );
        }
        // An export that was written serves the next one.
        assert.deepEqual(await readWeightMap(out()), await readWeightMap(of(kind, 'base', precision)));
      });
    }
  }

  it('also piece by piece, where memory is short', async () => {
    const [model, like] = [of('llama', 'trained', 'model'), of('llama', 'base', 'fp32')];
    await writeExport({ model, like, out: out(), without: [], signal: never, numbersHeld: 1000 });
    assert.ok(
      readFileSync(path.join(out(), DATA)).equals(readFileSync(of('llama', 'trained', `fp32/${DATA}`))),
    );
  });

  it('and the graph file is shared', async () => {
    const like = of('llama', 'base', 'int8');
    const copy = path.join(folder, 'like');
    cpSync(like, copy, { recursive: true });
    await writing(of('llama', 'trained', 'model'), copy);
    assert.equal(statSync(path.join(out(), 'model.onnx')).ino, statSync(path.join(copy, 'model.onnx')).ino);
  });

  it('and nothing is left of a writing that was interrupted', async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(
      writing(of('llama', 'trained', 'model'), of('llama', 'base', 'int8'), abort.signal),
      InterruptedError,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('and a killed writing leaves no folder under the final name', async () => {
    const script = `
      import { open } from 'node:fs/promises';
      import { writeExport } from ${JSON.stringify(path.join(root, 'src/weights/writeExport.ts'))};
      const file = await open(process.argv[1]);
      const handles = Object.getPrototypeOf(file);
      const { write } = handles;
      let writes = 0;
      handles.write = function (...args) {
        if (++writes === 5) process.kill(process.pid, 'SIGKILL');
        return write.apply(this, args);
      };
      const [model, like, out] = process.argv.slice(2);
      await writeExport({ model, like, out, without: [], signal: new AbortController().signal });`;
    const args = [import.meta.filename, of('llama', 'trained', 'model'), of('llama', 'base', 'int8'), out()];
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
      stdio: 'ignore',
    });
    const signal = await new Promise((resolve) =>
      child.on('close', (_code, name) => {
        resolve(name);
      }),
    );
    assert.equal(signal, 'SIGKILL');
    assert.ok(!existsSync(out()));
    assert.equal(readdirSync(folder).filter((name) => name.endsWith('.tmp')).length, 1);
  });

  const unfit: [string, () => [string, string], RegExp][] = [
    [
      'another architecture',
      () => [of('qwen2', 'trained', 'model'), of('llama', 'base', 'fp32')],
      /config\.json says/,
    ],
    [
      'another number of heads',
      () => [
        changed(of('llama', 'trained', 'model'), 'config.json', (text) =>
          text.replace('"num_attention_heads": 4', '"num_attention_heads": 2'),
        ),
        of('llama', 'base', 'fp32'),
      ],
      /num_attention_heads 2, and the graph was made for 4/,
    ],
    [
      'a tensor of another shape',
      () => [
        of('llama', 'trained', 'model'),
        changed(of('llama', 'base', 'fp32'), MAP_FILE, (text) =>
          text.replace('"model.norm.weight": [64]', '"model.norm.weight": [65]'),
        ),
      ],
      /model\.norm\.weight has the shape 64, and the graph takes 65/,
    ],
    [
      'a tensor too few',
      () => [
        of('llama', 'trained', 'model'),
        changed(of('llama', 'base', 'fp32'), MAP_FILE, (text) =>
          text.replace('"model.norm.weight": [64]', '"more.weight": [1], "model.norm.weight": [64]'),
        ),
      ],
      /more\.weight is missing/,
    ],
    [
      'a tensor too many',
      () => [
        of('llama', 'trained', 'model'),
        changed(of('llama', 'base', 'fp32'), MAP_FILE, (text) =>
          text.replace(', "model.norm.weight": [64]', ''),
        ),
      ],
      /the graph takes no tensor model\.norm\.weight/,
    ],
    [
      'a map of another version',
      () => [
        of('llama', 'trained', 'model'),
        changed(of('llama', 'base', 'fp32'), MAP_FILE, (text) => text.replace('"format": 1', '"format": 2')),
      ],
      /has no weight map/,
    ],
  ];
  for (const [what, given, message] of unfit) {
    it(`and ${what} is refused`, async () => {
      const [model, like] = given();
      await assert.rejects(
        writing(model, like),
        (error) => error instanceof UnfitWeightsError && message.test(error.message),
      );
      assert.ok(!readdirSync(folder).some((name) => name.startsWith('out')));
    });
  }
});
