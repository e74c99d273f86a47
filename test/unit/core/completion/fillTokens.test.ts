import assert from 'node:assert/strict';
import { pickFillTokens } from '../../../../src/core/completion/fillTokens.ts';

const tokens = (...contents: string[]): { content: string }[] => contents.map((content) => ({ content }));

describe('fill-in tokens', () => {
  it('are found whatever the family', () => {
    for (const family of [
      ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
      ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'],
      ['<PRE>', '<SUF>', '<MID>'],
    ]) {
      assert.deepEqual(Object.values(pickFillTokens(tokens('<s>', ...family)) ?? {}), family);
    }
  });

  it('are none where the family is not whole', () => {
    assert.equal(pickFillTokens(tokens('<fim_prefix>', '<fim_suffix>')), undefined);
    assert.equal(pickFillTokens(tokens('<fim_prefix>', '<|fim_suffix|>', '<fim_middle>')), undefined);
    assert.equal(pickFillTokens([]), undefined);
  });
});
