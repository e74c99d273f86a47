import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readGraphConfig } from '../../../src/inference/genaiConfig.ts';
import { readModelFolder } from '../../../src/inference/modelFolder.ts';
import { UserError } from '../../../src/protocol/errors.ts';

const TOKENIZER = {
  added_tokens: [
    { id: 0, content: '<|end|>', special: true },
    { id: 5, content: '    ', special: false },
  ],
  model: { type: 'BPE' },
};

describe('a model folder', () => {
  let folder = '';
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'leti-model-'));
    await write('tokenizer.json', TOKENIZER);
    await write('tokenizer_config.json', { eos_token: { content: '<|end|>' }, bos_token: null });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names the tokens that end a text: special ones, and those of the configuration files', async () => {
    await write('config.json', { eos_token_id: 7 });
    await write('generation_config.json', { eos_token_id: [8, 9] });
    const model = await readModelFolder(folder);
    assert.deepEqual([...model.endIds].sort(), [0, 7, 8, 9]);
    assert.deepEqual(model.specialTokens, { eos_token: '<|end|>' });
    assert.equal(model.chatTemplate, undefined);
  });

  it('takes the chat template from its file, or from the configuration', async () => {
    await write('tokenizer_config.json', { chat_template: [{ name: 'default', template: 'inside' }] });
    assert.equal((await readModelFolder(folder)).chatTemplate, 'inside');
    await write('chat_template.jinja', 'beside');
    assert.equal((await readModelFolder(folder)).chatTemplate, 'beside');
  });

  const broken: [string, string | undefined, RegExp][] = [
    ['tokenizer.json', undefined, /tokenizer\.json is missing/],
    ['tokenizer.json', '{', /tokenizer\.json is not JSON/],
    ['tokenizer.json', '{"added_tokens": []}', /tokenizer\.json is not as expected[^]*model/],
    ['tokenizer_config.json', undefined, /tokenizer_config\.json is missing/],
    ['config.json', '{"eos_token_id": "two"}', /config\.json is not as expected[^]*eos_token_id/],
  ];
  for (const [name, content, message] of broken) {
    it(`names ${name} when it is ${content ?? 'missing'}`, async () => {
      if (content === undefined) await rm(path.join(folder, name));
      else await write(name, content);
      await assert.rejects(
        readModelFolder(folder),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });
  }

  it('names genai_config.json when the export has none', async () => {
    await assert.rejects(
      readGraphConfig(folder),
      (error) => error instanceof UserError && error.message.includes('genai_config.json is missing'),
    );
  });
});
