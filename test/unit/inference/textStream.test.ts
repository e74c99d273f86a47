import assert from 'node:assert/strict';
import { TextStream } from '../../../src/inference/textStream.ts';

/** Tokens are bytes: the worst case for characters of several bytes. */
function decode(ids: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(ids));
}

describe('the text of a stream of tokens', () => {
  for (const text of ['plain\n', 'naïve — 日本語 🎉🐍👩‍👩‍👧 end', 'a\r\n\tb\0c', '\uFFFD kept']) {
    it(`grows by whole characters: ${JSON.stringify(text)}`, () => {
      const tokens = new TextStream(decode, [...new TextEncoder().encode('def f(')]);
      for (const byte of new TextEncoder().encode(text)) {
        const before = tokens.text;
        assert.equal(tokens.push(byte), tokens.text !== before);
        assert.ok(text.startsWith(tokens.text));
      }
      tokens.flush();
      assert.equal(tokens.text, text);
    });
  }

  it('shows a broken character at the end only', () => {
    const tokens = new TextStream(decode, [120]);
    assert.equal(tokens.push(0xe6), false);
    assert.equal(tokens.text, '');
    tokens.flush();
    assert.equal(tokens.text, '\uFFFD');
  });

  it('keeps the leading space that some tokenizers drop at the start of a text', () => {
    const words = [' def', ' add'];
    const dropping = (ids: readonly number[]): string =>
      ids
        .map((id) => words[id]!)
        .join('')
        .replace(/^ /, '');
    const tokens = new TextStream(dropping, [0]);
    tokens.push(1);
    assert.equal(tokens.text, ' add');
  });
});
