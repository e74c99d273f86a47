import assert from 'node:assert/strict';
import { renderFeedback } from '../../../src/core/text/feedback.ts';
import { assembleProgram, executionJob } from '../../../src/core/text/program.ts';
import { DEFAULT_LIMITS } from '../../../src/protocol/execution.ts';
import { idsOf, useHarvester } from './support.ts';

const WRONG = '\n    return min(x, high) if x < 7 else low';

describe('property tests', function () {
  this.timeout(120_000);
  const harvester = useHarvester(true);

  it('are checks, whose examples are the same each time and are told', async () => {
    const found = await harvester.harvest({
      'm.py':
        'def clamp(x, low, high):\n    return max(low, min(x, high))\ndef double(x):\n    return x * 2\n',
      'test_m.py': [
        'from hypothesis import given, strategies as st',
        'from m import clamp, double',
        '@given(st.integers(), st.integers(0, 5))',
        'def test_clamp(x, width):',
        '    assert clamp(x, 0, width) == sorted((0, x, width))[1]',
        'class TestDouble:',
        '    @given(x=st.integers())',
        '    def test_double(self, x):',
        '        assert double(x) == x + x',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['m.py:clamp', 'm.py:double']);
    assert.ok(found.tasks.every(({ weak }) => weak === undefined));
    assert.ok(found.tasks.every(({ sealable }) => sealable !== false));
    const clamp = found.tasks.find(({ name }) => name === 'clamp');
    assert.ok(clamp !== undefined);
    for (const task of [clamp, { ...clamp, sealable: false }]) {
      const program = assembleProgram(task, WRONG);
      const said = async (): Promise<string> => {
        const result = await harvester.executor.execute(executionJob(task, program, 0, DEFAULT_LIMITS));
        return renderFeedback(program, result, () => 0);
      };
      const first = await said();
      assert.match(
        first,
        /(?:Falsifying example|Failing test case): test_clamp\(\s*x=-?\d+,\s*width=\d,?\s*\)/,
      );
      assert.equal(await said(), first);
    }
  });
});
