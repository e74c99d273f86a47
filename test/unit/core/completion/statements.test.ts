import assert from 'node:assert/strict';
import { mask } from '../../../../src/core/completion/source.ts';
import {
  attributesIn,
  namesIn,
  signature,
  statementsIn,
} from '../../../../src/core/completion/statements.ts';

const SOURCE = `"""About."""
import os.path, sys as system
from typing import (
    Any,
    List as L,
)

LIMIT: int = 3
x.y = 4

@cached
def helper(a):
    """Help."""
    return a


class Stack(Base):
    size = 0
`;

describe('statements', () => {
  it('bind names', () => {
    const found = statementsIn(mask(SOURCE).text, 0);
    assert.deepEqual(
      found.map(({ kind, names }) => [kind, names]),
      [
        ['import', ['os', 'system']],
        ['import', ['Any', 'L']],
        ['binding', ['LIMIT']],
        ['other', []],
        ['definition', ['helper']],
        ['definition', ['Stack']],
      ],
    );
    const helper = found[4]!;
    assert.match(SOURCE.slice(helper.start, helper.end), /^@cached\ndef helper[^]*return a$/);
  });

  it('are found in broken code', () => {
    const masked = mask('import os\nx = foo(\n\ndef f():\n    pass\n').text;
    assert.deepEqual(
      statementsIn(masked, 0).map(({ names }) => names),
      [['os'], ['x'], ['f']],
    );
  });

  it('show a long function by header and docstring', () => {
    const long = `def f(a,\n      b):\n    """Do it."""\n${'    a += b\n'.repeat(20)}`;
    const masked = mask(long).text;
    const [statement] = statementsIn(masked, 0);
    assert.equal(signature(long, masked, statement!, true), 'def f(a,\n      b):\n    """Do it."""\n    ...');
    const short = 'def g(a):\n    return a\n';
    const [other] = statementsIn(mask(short).text, 0);
    assert.equal(signature(short, mask(short).text, other!, true), 'def g(a):\n    return a');
    assert.equal(signature(short, mask(short).text, other!, false), 'def g(a):\n    ...');
  });

  it('mention names and attributes', () => {
    assert.deepEqual([...namesIn('a.b(c) + 1e5')], ['a', 'c']);
    assert.deepEqual([...attributesIn('a.b(c) + d. e')], ['b', 'e']);
  });
});
