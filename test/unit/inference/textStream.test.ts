import assert from 'node:assert/strict';
import { TextStream } from '../../../src/inference/tokens/textStream.ts';

/** Tokens are bytes: the worst case for characters of several bytes. */
function decode(ids: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(ids));
}

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function prompt(text: string, given = ''): { ids: number[]; given: string } {
  return { ids: bytes(text), given };
}

describe('the text of a stream of tokens', () => {
  for (const text of ['plain\n', 'naïve — 日本語 🎉🐍👩‍👩‍👧 end', 'a\r\n\tb\0c', '\uFFFD kept']) {
    it(`grows by whole characters: ${JSON.stringify(text)}`, () => {
      const tokens = new TextStream(decode, prompt('def f('));
      for (const byte of bytes(text)) {
        const before = tokens.text;
        assert.equal(tokens.push(byte), tokens.text !== before);
        assert.ok(text.startsWith(tokens.text));
      }
      tokens.flush();
      assert.equal(tokens.text, text);
    });
  }

  it('leaves out what the prompt gave back', () => {
    const tokens = new TextStream(decode, prompt('def ', 'näm'));
    for (const byte of bytes('näm')) assert.equal(tokens.push(byte), false);
    assert.equal(tokens.text, '');
    assert.equal(tokens.push(bytes('e')[0]!), true);
    assert.equal(tokens.text, 'e');
    const merging = (ids: readonly number[]): string => ids.map((id) => ['x', ' na', 'me(a'][id]!).join('');
    const wide = new TextStream(merging, { ids: [0], given: ' n' });
    assert.deepEqual([wide.push(1), wide.text, wide.push(2), wide.text], [true, 'a', true, 'ame(a']);
  });

  it('shows a broken character at the end only', () => {
    const tokens = new TextStream(decode, { ids: [120], given: '' });
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
    const tokens = new TextStream(dropping, { ids: [0], given: '' });
    tokens.push(1);
    assert.equal(tokens.text, ' add');
  });
});
