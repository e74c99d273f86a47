import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkSafetensors, parameterCount } from '../../../src/weights/safetensors.ts';

describe('a safetensors file', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-safetensors-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes a file whose tensors of float32 lie at these bytes of `bytes` bytes of data. */
  function write(places: Record<string, [number, number]>, bytes: number): string {
    const entries = Object.entries(places).map(([name, [begin, end]]) => [
      name,
      { dtype: 'F32', shape: [(end - begin) / 4], data_offsets: [begin, end] },
    ]);
    const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = path.join(folder, 'model.safetensors');
    writeFileSync(file, Buffer.concat([length, header, Buffer.alloc(bytes)]));
    return file;
  }

  it('is whole where its tensors fill it, in any order, empty ones among them', async () => {
    const file = write({ b: [8, 16], none: [8, 8], a: [0, 8], end: [16, 16] }, 16);
    await checkSafetensors(file);
    assert.equal(await parameterCount(file), 4);
  });

  for (const [name, places, bytes, says] of [
    ['ends too early', { a: [0, 8] }, 4, /bytes where its header asks for/],
    ['is too long', { a: [0, 8] }, 12, /bytes where its header asks for/],
    ['has tensors that share bytes', { a: [0, 8], b: [4, 12] }, 12, /tensor b begins at byte 4, and 8/],
    ['has bytes that no tensor has', { a: [0, 8], b: [12, 16] }, 16, /tensor b begins at byte 12, and 8/],
    ['has a tensor that ends before it begins', { a: [0, 8], b: [8, 4] }, 8, /are damaged/],
  ] as [string, Record<string, [number, number]>, number, RegExp][]) {
    it(`is damaged where it ${name}`, async () => {
      await assert.rejects(checkSafetensors(write(places, bytes)), says);
    });
  }
});
