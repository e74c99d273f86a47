import assert from 'node:assert/strict';
import { placeInNotebook } from '../../../../src/core/text/notebook.ts';

const python = (text: string): { language: string; text: string } => ({ language: 'python', text });

describe('a place in a notebook', () => {
  it('stands below the Python cells above', () => {
    const cells = [
      python('import os\n'),
      { language: 'markdown', text: '# Title' },
      python('%%bash\nls'),
      python('x = os.'),
      python('y = 2'),
    ];
    const place = placeInNotebook(cells, 3, 7);
    assert.deepEqual(place, { text: 'import os\n\nx = os.', offset: 18 });
  });

  it('has comments in place of magics, of the same length', () => {
    const cells = [python('%matplotlib inline\n!pip install x\nx = """\n%s\n"""'), python('%%time\nx')];
    assert.deepEqual(placeInNotebook(cells, 1, 8), {
      text: '#matplotlib inline\n#pip install x\nx = """\n%s\n"""\n\n#%time\nx',
      offset: 58,
    });
  });

  it('is refused where the cell is not Python', () => {
    for (const cell of [{ language: 'markdown', text: 'x' }, python('%%html\n<b>')])
      assert.deepEqual(placeInNotebook([cell], 0, 0), { why: 'the cell is not Python' });
    assert.ok('why' in placeInNotebook([], 0, 0));
  });
});
