import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { eachLine } from '../../../src/process/lines.ts';

describe('lines of a stream', () => {
  const read = async (
    chunks: readonly Buffer[],
    longest?: number,
  ): Promise<{ lines: string[]; long: number }> => {
    const input = Readable.from(chunks, { objectMode: false });
    const lines: string[] = [];
    let long = 0;
    eachLine(
      input,
      (line) => lines.push(line),
      () => (long += 1),
      longest,
    );
    await finished(input);
    return { lines, long };
  };

  it('stay whole where chunks cut them, also inside a character', async () => {
    const bytes = Buffer.from('eins ü\r\nzwei\n\ndrei 日本');
    const chunks = [...bytes].map((byte) => Buffer.from([byte]));
    assert.deepEqual((await read(chunks)).lines, ['eins ü', 'zwei', '', 'drei 日本']);
  });

  it('that do not end are told once, and nothing behind them is read', async () => {
    const chunks = ['one\n', 'x'.repeat(20), 'x'.repeat(20), '\ntwo\n'].map((text) => Buffer.from(text));
    assert.deepEqual(await read(chunks, 10), { lines: ['one'], long: 1 });
  });
});
