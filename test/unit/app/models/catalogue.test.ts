import assert from 'node:assert/strict';
import {
  CATALOGUE,
  catalogueModel,
  downloadBytes,
  licenceText,
  readCatalogue,
} from '../../../../src/app/models/catalogue.ts';
import data from '../../../../src/app/models/catalogue.json' with { type: 'json' };

const SMALL = 'SmolLM2-135M-Instruct';
const HALF = 'Qwen2.5-Coder-0.5B-Instruct';

describe('the catalogue of models', () => {
  it('lists models from the smallest to the largest, each with the text of its licence', () => {
    assert.deepEqual(
      CATALOGUE.map(({ name }) => name),
      [SMALL, HALF, 'Qwen2.5-Coder-1.5B-Instruct', 'Qwen2.5-Coder-7B-Instruct'],
    );
    for (const model of CATALOGUE) {
      assert.match(licenceText(model), /Apache License\n +Version 2\.0, January 2004/);
      const names = model.hub.files.map(({ name }) => name);
      assert.ok(names.includes('config.json') && names.includes('tokenizer.json'), model.name);
    }
  });

  it('finds a model by its name and by its hub id', () => {
    assert.equal(catalogueModel(HALF)?.name, HALF);
    assert.equal(catalogueModel('qwen/qwen2.5-coder-0.5b-instruct')?.name, HALF);
    assert.equal(catalogueModel('Qwen2.5-Coder'), undefined);
  });

  it('knows what a download is', () => {
    const half = catalogueModel(HALF);
    assert.ok(half?.mirror?.kind === 'parts');
    assert.equal(downloadBytes(half, 'mirror'), 491_400_064);
    assert.ok(downloadBytes(half, 'hub') > 988_097_824);
    const numbers = half.mirror.parts.map((part) => Number(/(\d+)$/.exec(part.package)?.[1]));
    assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6]);
    const larger = catalogueModel('Qwen2.5-Coder-1.5B-Instruct');
    assert.ok(larger?.mirror?.kind === 'parts');
    assert.equal(downloadBytes(larger, 'mirror'), 1_117_320_768);
    assert.equal(larger.mirror.parts.length, 22);
  });

  const damages: [string, RegExp, (model: Model) => unknown][] = [
    ['weights without a hash', /weights have a size and a hash/, (model) => withFile(model, { bytes: 5 })],
    ['a short hash', /sha256/, (model) => withFile(model, { bytes: 5, sha256: 'abc' })],
    ['a branch as revision', /revision/, (model) => ({ ...model, hub: { ...model.hub, revision: 'main' } })],
    ['a licence without text', /licence/, (model) => ({ ...model, licence: 'WTFPL' })],
    ['an unknown field', /colour/, (model) => ({ ...model, colour: 'red' })],
  ];
  for (const [name, message, damage] of damages) {
    it(`refuses ${name}`, () => {
      const [model] = data.models;
      assert.ok(model !== undefined);
      assert.throws(() => readCatalogue({ format: 1, models: [damage(model)] }), message);
    });
  }
});

type Model = (typeof data.models)[number];

function withFile(model: Model, file: object): unknown {
  return { ...model, hub: { ...model.hub, files: [{ name: 'model.safetensors', ...file }] } };
}
