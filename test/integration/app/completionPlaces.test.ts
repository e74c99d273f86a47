import assert from 'node:assert/strict';
import { fittingText } from '../../../src/app/completion/fitting.ts';
import { completionContext } from '../../../src/core/completion/context.ts';
import { finishCompletion } from '../../../src/core/completion/finish.ts';
import { chooseLineOrBlock, stopPattern } from '../../../src/core/completion/lineOrBlock.ts';
import { completionPrompt } from '../../../src/core/completion/prompt.ts';
import { ParseCheck } from '../../../src/execution/parseCheck.ts';
import { withCursor } from '../../support/cursor.ts';
import { testInterpreter } from '../../support/executor.ts';
import { chatStyle } from '../../support/tasks.ts';

/** A document with `|` at the cursor, what a model writes there, and what is shown: undefined is nothing. */
interface Case {
  name: string;
  marked: string;
  raw: string;
  /** Whether the limit of tokens ended the raw text. */
  limited?: true;
  shown: string | undefined;
}

const MIDDLE = 'def f(xs):\n    t = 0\n    |\n    return t\n';

const CASES: Record<string, Case[]> = {
  'the header of a block in the middle of a function': [
    {
      name: 'a loop (c01)',
      marked: 'def total(xs):\n    """Sum of xs."""\n    t = 0\n    |\n    return t\n',
      raw: '\n    for x in xs:\n        t += x\n    return t',
      shown: 'for x in xs:\n        t += x',
    },
    {
      name: 'a with statement (c03)',
      marked: 'def read(path):\n    """Lines of the file."""\n    lines = []\n    |\n    return lines\n',
      raw: '\n    with open(path) as f:\n        lines = f.readlines()\n    return lines',
      shown: 'with open(path) as f:\n        lines = f.readlines()',
    },
    {
      name: 'a condition with its other branch',
      marked: MIDDLE,
      raw: '\n    if xs:\n        t = 1\n    else:\n        t = 2\n    print(t)',
      shown: 'if xs:\n        t = 1\n    else:\n        t = 2',
    },
    {
      name: 'a try, of which the limit left no handler',
      marked: MIDDLE,
      raw: '\n    try:\n        t = int(xs)\n        t +',
      limited: true,
      shown: undefined,
    },
    {
      name: 'a nested function',
      marked: MIDDLE,
      raw: '\n    def add(x):\n        return x + 1\n\n    t = add(1)',
      shown: 'def add(x):\n        return x + 1',
    },
    {
      name: 'a header above its body',
      marked: 'def f(xs):\n    t = 0\n    |\n        t += x\n    return t\n',
      raw: '\n    for x in xs:\n        t += x\n    return t',
      shown: 'for x in xs:',
    },
    {
      name: 'the rest of a header',
      marked: 'def f(xs):\n    for x|\n    return t\n',
      raw: ' in xs:\n        print(x)\n    return t',
      shown: ' in xs:\n        print(x)',
    },
    {
      name: 'a method in the middle of a class',
      marked: 'class A:\n    a = 1\n\n    |\n\n    def g(self):\n        pass\n',
      raw: '\n\n    def f(self):\n        return self.a\n\n    def h(self):',
      shown: 'def f(self):\n        return self.a',
    },
    {
      name: 'a statement that would part an if from its else',
      marked: 'if a:\n    b = 1\n|\nelse:\n    b = 2\n',
      raw: '\nfor x in y:\n    pass\nelse:',
      shown: undefined,
    },
  ],
  'a file that does not parse before': [
    {
      name: 'a decorator without its end (c04)',
      marked: 'import functools\n\n\n@functools.|\ndef f(n):\n    return n\n',
      raw: 'lru_cache(\n',
      limited: true,
      shown: 'lru_cache',
    },
    {
      name: 'a decorator with its arguments',
      marked: 'import functools\n\n\n@functools.|\ndef f(n):\n    return n\n',
      raw: 'lru_cache(\n    maxsize=None\n)\ndef g():',
      shown: 'lru_cache(\n    maxsize=None\n)',
    },
    {
      name: 'a field of an f-string (c05)',
      marked: 'name = "x"\nprint(f"Hello {|}")\n',
      raw: 'name}!")\nprint(f"Bye")',
      shown: 'name',
    },
    {
      name: 'a field with a subscript',
      marked: 'd = {}\nprint(f"Hello {|}")\n',
      raw: `d['name']}!")`,
      shown: `d['name']`,
    },
    {
      name: 'a call that is not closed yet',
      marked: 'def f(a):\n    x = g(|\n    return x\n',
      raw: 'a, 1)\n    return x',
      shown: 'a, 1)',
    },
    {
      name: 'another function that is half typed',
      marked: 'def f(a):\n    |\n\n\ndef g(b):\n    x = (\n',
      raw: '\n    return a + + )\n',
      shown: undefined,
    },
    {
      name: 'a text that ends in an operator',
      marked: 'def f(a):\n    if a\n    x = |\n    return x\n',
      raw: 'a.b +\n',
      shown: 'a.b',
    },
    {
      name: 'a body below a function that is half typed',
      marked: 'def g(b):\n    x = (b\n\n\ndef f(a):\n    |\n',
      raw: '\n    return a + 1\n\n\ndef',
      shown: 'return a + 1',
    },
    {
      name: 'a text that adds an error to the one that is there',
      marked: 'def f(a):\n    if a\n    x = |\n    return x\n',
      raw: '1 if else\n',
      shown: undefined,
    },
  ],
  'a text that the limit cut off': [
    {
      name: 'in a string (c07)',
      marked: 'print("a" + |)\n',
      raw: '"b" + "c" + "d" + "e',
      limited: true,
      shown: '"b" + "c" + "d"',
    },
    {
      name: 'in a line of a function (c09)',
      marked: '|',
      raw: '\ndef f(x):\n    y = x * 2\n    return y + y + y + y',
      limited: true,
      shown: 'def f(x):\n    y = x * 2',
    },
    {
      name: 'in a bracket of the first line',
      marked: 'def f(x):\n    y = |\n',
      raw: 'g(x)[h(x, x, x, x',
      limited: true,
      shown: 'g(x)',
    },
    {
      name: 'in a name',
      marked: 'def f(x):\n    y = |\n',
      raw: 'fill_fill_fill_fill_fi',
      limited: true,
      shown: undefined,
    },
    {
      name: 'in a docstring',
      marked: '|',
      raw: '\nX = 1\ndef f(x):\n    """Do this and this and',
      limited: true,
      shown: 'X = 1',
    },
  ],
  'a text that swallows or repeats what follows': [
    {
      name: 'brackets in front of a comment (c10)',
      marked: 'import math\nprint(math.sqrt(|))\n',
      raw: '10))  # Output: 1.0\n',
      shown: '10',
    },
    {
      name: 'the next definition (c12)',
      marked: 'def f(x):\n    """Doubles x."""\n    return x * 2\n\n\n|\n\n\ndef g(x):\n    return x\n',
      raw: '\n\n\ndef g(x):\n    return x + 1\n\n\ndef h(x):',
      shown: undefined,
    },
    {
      name: 'a comment in front of code',
      marked: 'x = f(a|, b)\n',
      raw: '  # The first.\n',
      shown: undefined,
    },
    {
      name: 'a quote that is there already',
      marked: 'print("Hello|")\n',
      raw: ', world")  # Greets.\n',
      shown: ', world',
    },
    {
      name: 'a bracket further down',
      marked: 'x = f(\n    a,\n    |\n)\n',
      raw: '\n    b,\n)\n\ny = 1',
      shown: 'b,',
    },
    {
      name: 'several lines of arguments up to the bracket',
      marked: 'def f(a):\n    x = g(|)\n    return x\n',
      raw: '\n        a,\n        b=1,\n    )\n    return x\n',
      shown: '\n        a,\n        b=1,',
    },
    {
      name: 'several lines of arguments without an end',
      marked: 'def f(a):\n    x = g(|)\n    return x\n',
      raw: 'a, b,\n        c, c, c,\n        c, c',
      limited: true,
      shown: 'a, b,',
    },
    {
      name: 'the lines below, in the middle of a text',
      marked: 'def f(a):\n    |\n    y = g(x)\n    return y\n',
      raw: '\n    for x in a:\n        pass\n    y = g(x)\n    print(y)\n',
      shown: 'for x in a:\n        pass',
    },
    {
      name: 'two lines of the same function',
      marked: 'def f(a):\n    if a.b:\n        a.c()\n    a.d = 1\n    |\n    return a\n',
      raw: '\n    if a.b:\n        a.c()\n    return a\n',
      shown: undefined,
    },
    {
      name: 'a method that the class has',
      marked: 'class A:\n    def f(self):\n        return 1\n\n    |\n\n    def g(self):\n        return 2\n',
      raw: '\n\n    def f(self):\n        return 3\n\n    def',
      shown: undefined,
    },
    {
      name: 'a setter, which has the name of its property',
      marked:
        'class A:\n    @property\n    def f(self):\n        return 1\n\n    |\n\n    def g(self):\n        return 2\n',
      raw: '\n\n    @f.setter\n    def f(self, f):\n        self.x = f\n\n    def',
      shown: '@f.setter\n    def f(self, f):\n        self.x = f',
    },
    {
      name: 'an import that the file has',
      marked: 'import os\nimport re\n|\n',
      raw: '\nimport sys\nimport os\nimport json\n\nx',
      shown: 'import sys',
    },
  ],
  'a class or module that runs on': [
    {
      name: 'an example below a body (c14)',
      marked: 'def total(xs):\n    """Sum of xs."""\n|\n',
      raw: '\n    return sum(xs)\n\n# Example usage\nprint(total([1]))\nprint(total([2]))\n',
      shown: '    return sum(xs)',
    },
    {
      name: 'a second function',
      marked: 'import os\n\n\n|\n',
      raw: '\n\n\ndef f():\n    return 1\n\ndef g():\n    return 2\n',
      shown: 'def f():\n    return 1',
    },
    {
      name: 'a second method',
      marked: 'class A:\n    """An A."""\n\n    |\n',
      raw: '\n\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n',
      shown: 'def f(self):\n        return 1',
    },
    {
      name: 'an empty body',
      marked: 'import os\n\n\n|\n',
      raw: '\nclass A:\n    def f(self): ...\n\nprint(1)',
      shown: 'class A:\n    def f(self): ...',
    },
    {
      name: 'an import of everything',
      marked: 'import os\n|\n',
      raw: '\nfrom re import *\n\nprint(1)',
      shown: 'from re import *',
    },
    {
      name: 'a comment about what was cut',
      marked: '|',
      raw: '\nimport os\nimport re\n# Now the functions.\n\ndef f():',
      shown: 'import os\nimport re',
    },
  ],
  'a part of a word': [
    {
      name: 'a keyword that is left (c16)',
      marked: 'class Stack:\n    def size(self):\n        """How many items there are."""\n        retu|\n',
      raw: ' = 0\n',
      shown: undefined,
    },
    {
      name: 'a keyword that is finished',
      marked: 'class Stack:\n    def size(self):\n        """How many items there are."""\n        retu|\n',
      raw: 'rn len(self.items)\n',
      shown: 'rn len(self.items)',
    },
    {
      name: 'a name that is left (c17)',
      marked: 'def is_even(number):\n    """Whether number is even."""\n    return num|\n',
      raw: ' % 2 == 0\n',
      shown: undefined,
    },
    {
      name: 'an attribute that is left',
      marked: 'class A:\n    def f(self):\n        self.items = []\n        self.ite|\n',
      raw: '.append(1)\n',
      shown: undefined,
    },
    {
      name: 'a name that is whole, and begins another',
      marked: 'def f(number, num):\n    return num|\n',
      raw: ' % 2 == 0\n',
      shown: ' % 2 == 0',
    },
    {
      name: 'a name that is new',
      marked: 'def f(a):\n    zebra|\n',
      raw: ' = a + 1\n',
      shown: ' = a + 1',
    },
  ],
};

describe('what is shown at a place', function () {
  this.timeout(30_000);
  let parser: ParseCheck;

  before(async () => {
    parser = new ParseCheck(await testInterpreter());
  });

  after(async () => {
    await parser.close();
  });

  async function shown({ marked, raw, limited }: Case): Promise<string | undefined> {
    const { document, offset } = withCursor(marked);
    const context = completionContext(document, offset);
    const lineOrBlock = chooseLineOrBlock(context);
    const { omittedSpace } = completionPrompt(context, {
      ...chatStyle(),
      condition: 'none',
      fill: undefined,
    });
    const stopped = new RegExp(stopPattern(context, omittedSpace, lineOrBlock)).test(raw);
    const written = { text: raw, limited: limited === true && !stopped };
    const finished = finishCompletion(written, context, omittedSpace, lineOrBlock);
    if ('why' in finished) return undefined;
    const file = { before: document.slice(0, offset), after: document.slice(offset) };
    const found = await fittingText(parser, file, context.around, finished.texts);
    return 'text' in found ? found.text : undefined;
  }

  for (const [kind, cases] of Object.entries(CASES)) {
    describe(kind, () => {
      for (const one of cases) {
        it(one.name, async () => {
          assert.equal(await shown(one), one.shown);
        });
      }
    });
  }
});
