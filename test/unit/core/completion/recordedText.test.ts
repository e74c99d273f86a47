import assert from 'node:assert/strict';
import { recordedText, WHAT_IS_RECORDED } from '../../../../src/core/completion/recordedText.ts';
import { used } from '../../../support/recorded.ts';

describe('what completions recorded, as text', () => {
  it('says first what that is, and where nothing is', () => {
    assert.equal(
      recordedText([]),
      ['0 completions are recorded in this workspace.', ...WHAT_IS_RECORDED].join('\n\n') + '\n',
    );
  });

  it('has the newest first, with what was shown and what became of it', () => {
    const text = recordedText([
      used({ id: 'a', outcome: 'rejected', shown: 'pass' }),
      used({
        id: 'b',
        at: '2026-01-02T00:00:00.000Z',
        later: 'edited',
        shown: 'return x +  1',
        kept: 'return x\n    + 1',
      }),
    ]);
    const [newest = '', oldest = ''] = text.split('\n## ').slice(1);
    assert.match(newest, /^2026-01-02.* ops\.py, add_one\naccepted, edited later; model m\n/);
    assert.match(newest, /shown:\n {4}return x \+ {2}1\nin its place now:\n {4}return x\n {8}\+ 1/);
    assert.match(oldest, /\nnot accepted; model m\nshown:\n {4}pass\n$/);
  });
});
