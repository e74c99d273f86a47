import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkedMarkers } from '../../../../src/app/models/modelCheck.ts';
import { useFolder } from '../../../support/folder.ts';

describe('the check of a model folder', () => {
  const folder = useFolder();

  function write(parts: { tokens?: number; added?: string[]; template?: string; rows?: number }): void {
    const { tokens = 5000, added = [], template, rows = 5000 } = parts;
    const json = (name: string, value: object): void => {
      writeFileSync(path.join(folder(), name), JSON.stringify(value));
    };
    const names = Array.from({ length: tokens - added.length }, (_, id): [string, number] => [`t${id}`, id]);
    json('tokenizer.json', {
      added_tokens: added.map((content, at) => ({ id: names.length + at, content, special: true })),
      model: { type: 'BPE', vocab: Object.fromEntries(names) },
    });
    json('tokenizer_config.json', template === undefined ? {} : { chat_template: template });
    json('config.json', { vocab_size: rows });
  }

  it('takes a chat model, a base model, and an embedding with spare rows', async () => {
    write({ added: ['<|im_start|>'], template: '{{ messages }}' });
    await checkedMarkers(folder());
    write({});
    await checkedMarkers(folder());
    write({ rows: 5300 });
    assert.equal((await checkedMarkers(folder())).reserved, false);
  });

  it('names the missing template of a chat model', async () => {
    write({ added: ['<|im_start|>'] });
    await assert.rejects(
      checkedMarkers(folder()),
      /chat_template\.jinja is missing.*tokenizer has the token <\|im_start\|>/,
    );
  });

  for (const [rows, what] of [
    [4999, 'too large'],
    [151_936, 'much too small'],
  ] as const) {
    it(`names a tokenizer that is ${what} for the embedding`, async () => {
      write({ rows });
      await assert.rejects(
        checkedMarkers(folder()),
        new RegExp(
          `tokenizer\\.json does not belong to the weights: it has 5000 tokens, and the embedding of config\\.json has ${rows}`,
        ),
      );
    });
  }
});
