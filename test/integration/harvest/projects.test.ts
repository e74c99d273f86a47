import assert from 'node:assert/strict';
import { idsOf, reasonOf, useHarvester } from './support.ts';

const NUM = 'def inc(x):\n    """x and one."""\n    return x + 1\n';
const TEST_NUM =
  'from pkg.num import inc\n\n\ndef test_inc():\n    assert inc(1) == 2\n    assert inc(-1) == 0\n';

/** A package with a function and its test, and a file that says what git leaves out. */
function ignoring(rules: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    '.gitignore': rules,
    'pkg/__init__.py': '',
    'pkg/num.py': NUM,
    'tests/test_num.py': TEST_NUM,
    ...more,
  };
}

describe('projects as people lay them out', () => {
  const harvester = useHarvester(true);

  const isLeftOut: readonly (readonly [rules: string, leftOut: boolean])[] = [
    ['/*.py\n!/setup.py\n', false],
    ['*.py\n', true],
    ['*.py\n!num.py\n', false],
    ['pkg/*\n!pkg/num.py\n', false],
    ['pkg/\n!pkg/num.py\n', true],
    ['**/num.py\n', true],
    ['/num.py\n', false],
    ['pkg/num.py\n', true],
    ['um.py\nnum\n', false],
    ['nu[a-m].py\n', true],
    ['nu[!m].py\n', false],
    ['\\#num.py\n# num.py\n', false],
  ];
  for (const [rules, leftOut] of isLeftOut) {
    it(`reads .gitignore as git does: ${JSON.stringify(rules)}`, async () => {
      const found = await harvester.harvest(ignoring(rules));
      assert.deepEqual(idsOf(found), leftOut ? [] : ['pkg/num.py:inc']);
    });
  }

  it('reads .gitignore of inner folders, the nearest last', async () => {
    assert.deepEqual(idsOf(await harvester.harvest(ignoring('', { 'pkg/.gitignore': '/num.py\n' }))), []);
    assert.deepEqual(
      idsOf(await harvester.harvest(ignoring('num.py\n', { 'pkg/.gitignore': '!num.py\n' }))),
      ['pkg/num.py:inc'],
    );
  });

  it('takes a function with overloads, both parts of a property, and what a dispatcher registers', async () => {
    const found = await harvester.harvest({
      'conv.py': [
        'from functools import singledispatch',
        'from typing import overload',
        '',
        '',
        '@overload',
        'def pick(xs: list, i: int) -> object: ...',
        '@overload',
        'def pick(xs: list, i: None = None) -> list: ...',
        'def pick(xs, i=None):',
        '    """One of xs, or a copy of all."""',
        '    return list(xs) if i is None else xs[i]',
        '',
        '',
        '@singledispatch',
        'def size(x):',
        '    """How much there is."""',
        '    return len(x) + 1',
        '',
        '',
        '@size.register',
        'def _(x: int):',
        '    return x * 2 + 1',
        '',
        '',
        'class Box:',
        '    n = 0',
        '',
        '    @property',
        '    def width(self):',
        '        """Twice n."""',
        '        return self.n * 2',
        '',
        '    @width.setter',
        '    def width(self, value):',
        '        self.n = value / 2',
        '',
      ].join('\n'),
      'test_conv.py': [
        'from conv import Box, pick, size',
        '',
        '',
        'def test_pick():',
        '    xs = [1, 2]',
        '    assert pick(xs) == [1, 2]',
        '    assert pick(xs) is not xs',
        '    assert pick(xs, 1) == 2',
        '',
        '',
        'def test_size():',
        '    assert size("abc") == 4',
        '    assert size(3) == 7',
        '    assert size(0) == 1',
        '',
        '',
        'def test_width():',
        '    box = Box()',
        '    box.width = 6',
        '    assert box.n == 3',
        '    assert box.width == 6',
        '',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), [
      'conv.py:Box.width',
      'conv.py:Box.width[setter]',
      'conv.py:_[size.register(int)]',
      'conv.py:pick',
      'conv.py:size',
    ]);
  });

  it('finds no attack in what honest tests leave behind', async () => {
    const found = await harvester.harvest({
      'lines.py':
        'class Reader:\n    """A file.\n\n    >>> Reader("x").name()\n    \'x!\'\n    """\n\n    def __init__(self, path):\n        self.path = path\n\n    def open(self):\n        """The open file."""\n        return open(self.path)\n\n    def name(self):\n        """Its name."""\n        return self.path + "!"\n',
      'test_lines.py': [
        'import doctest',
        'import unittest',
        'import lines',
        'from lines import Reader',
        '',
        'unittest.TestCase.maxDiff = None',
        'unittest.TestCase.longMessage = False',
        '',
        '',
        'def test_open():',
        '    with open("three.txt", "w") as f:',
        '        f.write("a\\nb\\nc\\n")',
        '    assert Reader("three.txt").open().read() == "a\\nb\\nc\\n"',
        '',
        '',
        'def test_name():',
        '    failed, tried = doctest.testmod(lines)',
        '    assert tried and not failed',
        '    assert Reader("a").name() == "a!"',
        '',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['lines.py:Reader.name', 'lines.py:Reader.open']);
  });

  it('lets a test open its own file', async () => {
    const found = await harvester.harvest({
      'place.py':
        'def first_line(path):\n    """The first line."""\n    with open(path) as f:\n        return f.readline().rstrip("\\n")\n',
      'test_place.py':
        'from place import first_line\n\n\ndef test_first_line():\n    assert first_line(__file__) == "from place import first_line"\n',
    });
    assert.deepEqual(idsOf(found), ['place.py:first_line']);
  });

  it('runs doctests with the flags of the settings, and those of modules and classes', async () => {
    const found = await harvester.harvest({
      'setup.cfg': '[tool:pytest]\ndoctest_optionflags = NORMALIZE_WHITESPACE ELLIPSIS\n',
      'grid.py': [
        '"""Check digits.',
        '',
        '>>> clean(" 79-98 ")',
        "'7998'",
        '"""',
        '',
        '',
        'def clean(text):',
        '    """Digits only."""',
        '    return "".join(c for c in text if c.isdigit())',
        '',
        '',
        'def third(x):',
        '    """A third.',
        '',
        '    >>> third(1)',
        '    0.333...',
        '    """',
        '    return x / 3',
        '',
        '',
        'class Stack:',
        '    """A stack.',
        '',
        '    >>> s = Stack()',
        '    >>> s.push(2)',
        '    1',
        '    >>> s.push(2)',
        '    2',
        '    """',
        '',
        '    def __init__(self):',
        '        self.xs = []',
        '',
        '    def push(self, x):',
        '        self.xs.append(x)',
        '        return len(self.xs)',
        '',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['grid.py:Stack.push', 'grid.py:clean', 'grid.py:third']);
    assert.deepEqual(found.tasks.find(({ name }) => name === 'third')?.checks, [
      { kind: 'doctest', name: 'third', flags: ['NORMALIZE_WHITESPACE', 'ELLIPSIS'] },
    ]);
  });

  it('finds packages that lie side by side, with and without src', async () => {
    const found = await harvester.harvest({
      'packages/alpha/src/alpha/__init__.py': '',
      'packages/alpha/src/alpha/text.py':
        'def initials(name):\n    """First letters."""\n    return "".join(w[0].upper() for w in name.split())\n',
      'packages/alpha/tests/test_text.py':
        'from alpha.text import initials\n\n\ndef test_initials():\n    assert initials("ada lovelace") == "AL"\n    assert initials("") == ""\n',
      'packages/beta/beta/__init__.py': '',
      'packages/beta/beta/text.py':
        'from alpha.text import initials\n\n\ndef badge(name):\n    """Initials in brackets."""\n    got = initials(name)\n    return f"[{got}]" if got else "?"\n',
      'packages/beta/tests/test_text.py':
        'from beta.text import badge\n\n\ndef test_badge():\n    assert badge("ada lovelace") == "[AL]"\n    assert badge("") == "?"\n',
    });
    assert.deepEqual(idsOf(found), [
      'packages/alpha/src/alpha/text.py:initials',
      'packages/beta/beta/text.py:badge',
    ]);
  });

  it('finds modules of a package without __init__.py', async () => {
    const found = await harvester.harvest({
      'src/space/kit/__init__.py': '',
      'src/space/kit/num.py': NUM,
      'tests/test_num.py': TEST_NUM.replace('pkg', 'space.kit'),
    });
    assert.deepEqual(idsOf(found), ['src/space/kit/num.py:inc']);
    assert.equal(found.tasks[0]?.host?.module, 'space.kit.num');
  });

  for (const [file, text] of [
    [
      'pyproject.toml',
      '[tool.pytest.ini_options]\npythonpath = ["lib"]\npython_files = ["check_*.py"]\npython_functions = ["check_*"]\n',
    ],
    ['.pytest.ini', '[pytest]\npythonpath = lib\npython_files = check_*.py\npython_functions = check_*\n'],
    ['tox.ini', '[pytest]\npythonpath = lib\npython_files = check_*.py\npython_functions = check_*\n'],
  ] as const) {
    it(`finds tests where ${file} says that they are`, async () => {
      const found = await harvester.harvest({
        [file]: text,
        'lib/shop/__init__.py': 'def vat(x):\n    """x with tax."""\n    return round(x * 119 / 100)\n',
        't/check_shop.py':
          'from shop import vat\n\n\ndef check_vat():\n    assert vat(100) == 119\n    assert vat(1) == 1\n',
      });
      assert.deepEqual(idsOf(found), ['lib/shop/__init__.py:vat']);
    });
  }

  it('runs tests that a class inherits, also from a mix-in', async () => {
    const found = await harvester.harvest({
      'common.py':
        'class Shared:\n    func = None\n    cases = []\n\n    def test_cases(self):\n        for args, want in self.cases:\n            assert type(self).func(*args) == want\n',
      'shape.py':
        'def area(w, h):\n    """Area."""\n    return w * h\n\n\ndef edge(w, h):\n    """All edges."""\n    return 2 * (w + h)\n',
      'test_shape.py': [
        'import unittest',
        'import shape',
        'from common import Shared',
        '',
        '',
        'class TestArea(Shared):',
        '    func = staticmethod(shape.area)',
        '    cases = [((2, 3), 6), ((0, 5), 0), ((1, 1), 1)]',
        '',
        '',
        'class Edges(Shared, unittest.TestCase):',
        '    func = staticmethod(shape.edge)',
        '    cases = [((2, 3), 10), ((0, 0), 0)]',
        '',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['shape.py:area', 'shape.py:edge']);
  });

  it('says that tests are skipped, and why', async () => {
    const found = await harvester.harvest({
      'net.py':
        'def name_of(code):\n    return {"de": "Germany"}.get(code, "?")\n\n\ndef upper(code):\n    return code.upper()\n',
      'test_net.py': [
        'import os',
        'import unittest',
        'import pytest',
        'import net',
        '',
        '',
        '@unittest.skipUnless(os.environ.get("ONLINE"), "needs the network")',
        'class TestNet(unittest.TestCase):',
        '    def test_name(self):',
        '        self.assertEqual(net.name_of("de"), "Germany")',
        '',
        '',
        '@pytest.mark.skipif(not os.environ.get("ONLINE"), reason="needs the network")',
        'def test_upper():',
        '    assert net.upper("de") == "DE"',
        '',
      ].join('\n'),
    });
    for (const id of ['net.py:name_of', 'net.py:upper'])
      assert.match(reasonOf(found, id), /^its tests are skipped today: .*needs the network$/);
  });

  it('follows aliases of classes, instances and wrapped functions', async () => {
    const found = await harvester.harvest({
      'bag.py': [
        'from functools import partial',
        '',
        '',
        'class MultiBag:',
        '    def __init__(self):',
        '        self.n = {}',
        '',
        '    def put(self, x, k=1):',
        '        self.n[x] = self.n.get(x, 0) + k',
        '        return self.n[x]',
        '',
        '    def tally(self, x):',
        '        return self.n.get(x, 0)',
        '',
        '',
        'def _times(x, k):',
        '    return x * k + 1',
        '',
        '',
        'Bag = MultiBag',
        '_shared = MultiBag()',
        'tally = _shared.tally',
        'put = _shared.put',
        'double = partial(_times, k=2)',
        '',
      ].join('\n'),
      'test_bag.py': [
        'import bag',
        'from bag import Bag, double',
        '',
        '',
        'def test_put():',
        '    b = Bag()',
        '    assert b.put("a") == 1',
        '    assert b.put("a", 2) == 3',
        '',
        '',
        'def test_shared():',
        '    bag.put("z", 5)',
        '    assert bag.tally("z") == 5',
        '    assert bag.tally("y") == 0',
        '',
        '',
        'def test_double():',
        '    assert double(4) == 9',
        '    assert double(0) == 1',
        '',
      ].join('\n'),
    });
    assert.deepEqual(idsOf(found), ['bag.py:MultiBag.put', 'bag.py:MultiBag.tally', 'bag.py:_times']);
  });

  it('names the compiled module that programs do not get, and a file that a build would write', async () => {
    const found = await harvester.harvest({
      'pkg/__init__.py': '',
      'pkg/calc.py': 'from ._speed import twice\n\n\ndef thrice(x):\n    return twice(x) + x\n',
      'pkg/_speed.c': '',
      'pkg/about.py': 'from ._version import version\n\n\ndef about():\n    return f"pkg {version}"\n',
      'test_calc.py':
        'from pkg.about import about\nfrom pkg.calc import thrice\n\n\ndef test_thrice():\n    assert thrice(2) == 6\n\n\ndef test_about():\n    assert about() == "pkg 1"\n',
    });
    assert.match(reasonOf(found, 'pkg/calc.py:thrice'), /needs the compiled module pkg\._speed/);
    assert.match(reasonOf(found, 'pkg/about.py:about'), /needs pkg\/_version\.py, which is not there/);
  });
});
