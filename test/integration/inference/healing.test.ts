import assert from 'node:assert/strict';
import { bodyInstruction } from '../../../src/core/learning/instructions.ts';
import { completionFixture } from '../../support/completionFixture.ts';
import { useFolder } from '../../support/folder.ts';
import { compareCuts, sameText } from '../../support/promptCuts.ts';
import { tinyExports } from '../../support/tinyExports.ts';

/** What the model of the fixture knows by heart. */
const KNOWN = [
  ['double', 'Double it.', 'return x * 2'],
  ['broken', 'Break it.', 'return undefined_name'],
] as const;

describe('a prompt that is cut anywhere', () => {
  const folder = useFolder();

  it('is continued as the uncut text is', async () => {
    const { model } = completionFixture(folder());
    const texts = KNOWN.map(([name, words, body]) => ({
      frame:
        `<|im_start|>user\n${bodyInstruction(name, words)}<|im_end|>\n` +
        '<|im_start|>assistant\n```python\n',
      text: `def ${name}(x):\n    """${words}"""\n    ${body}\n`,
      from: 1,
    }));
    const options = { modelFolder: model, onnxFolder: `${tinyExports(model)}/fp32` };
    const cuts = await compareCuts(texts, { ...options, cuts: 60, seed: 1, threads: 1, tokens: 12 });
    const wanted = cuts.filter(({ own }) => own);
    const healed = wanted.filter(({ expected, healed }) => sameText(expected, healed));
    const plain = wanted.filter(({ expected, plain }) => sameText(expected, plain));
    const told = `${healed.length} with healing and ${plain.length} without, of ${wanted.length}`;
    assert.ok(wanted.length >= 60 && wanted.some(({ inside }) => inside), told);
    assert.ok(healed.length >= 0.95 * wanted.length && healed.length > plain.length, told);
  });
});
