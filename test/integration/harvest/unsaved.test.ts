import assert from 'node:assert/strict';
import { scanWorkspace } from '../../../src/harvest/scan.ts';
import { useHarvester } from './support.ts';

describe('a workspace with unsaved files', function () {
  this.timeout(60_000);
  const harvester = useHarvester();

  it('is looked through as its editor has it, new files included', async () => {
    const workspace = await harvester.makeWorkspace({
      'kit.py': 'def f(x):\n',
      'test_kit.py': 'from kit import f\n\n\ndef test_f():\n    assert f(1) == 2\n',
    });
    const scan = async (unsaved: Record<string, string> = {}): Promise<string[]> =>
      (await scanWorkspace(workspace, harvester.interpreter, undefined, { unsaved })).candidates.map(
        ({ id, body }) => `${id} ${body}`,
      );
    assert.deepEqual(await scan(), []);
    assert.deepEqual(await scan({ 'kit.py': 'def f(x):\n    return x + 1\n' }), [
      'kit.py:f     return x + 1',
    ]);
    const added = 'def g(x):\n    """Do.\n\n    >>> g(1)\n    1\n    """\n    return x\n';
    assert.deepEqual(await scan({ 'more/kit.py': added }), ['more/kit.py:g     return x']);
  });
});
