import assert from 'node:assert/strict';
import { catalogueModel } from '../../../../src/app/models/catalogue.ts';
import { memoryNote } from '../../../../src/app/models/defaultModel.ts';

const SMALL = 'SmolLM2-135M-Instruct';
const HALF = 'Qwen2.5-Coder-0.5B-Instruct';

describe('a model for which the memory is too small', () => {
  const [small, half] = [catalogueModel(SMALL)!, catalogueModel(HALF)!];

  it('is named with what it needs, and a smaller one is offered', () => {
    const machine = { memory: small.memory.train, accelerator: undefined };
    assert.equal(memoryNote(small, machine), undefined);
    const note = memoryNote(half, machine) ?? '';
    assert.match(
      note,
      /^Training Qwen2\.5-Coder-0\.5B-Instruct needs about \d+\.\d GB of memory, and 6\.0 GB are free\./,
    );
    assert.match(note, /Close other programs, or choose SmolLM2-135M-Instruct, which needs 6\.0 GB\.$/);
    assert.match(
      memoryNote(small, { ...machine, memory: 1e9 }) ?? '',
      /1\.0 GB are free\. Close other programs\.$/,
    );
  });

  it('may fit an accelerator, whose memory is not known', () => {
    assert.equal(memoryNote(half, { memory: 1e9, accelerator: 'cuda' }), undefined);
  });
});
