import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bodyInstruction } from '../../src/core/learning/instructions.ts';
import { tinyModel } from './fixtures.ts';

/** A workspace with functions to complete, and a tiny model that was taught how. */
export interface CompletionFixture {
  workspace: string;
  file: string;
  model: string;
  /** Makes another model, which knows other bodies. */
  makeOther: () => string;
}

/** What the model writes for a function, and the other model. */
const BODIES: readonly { name: string; words: string; body: string; other: string }[] = [
  { name: 'add_one', words: 'Add one.', body: 'return x + 1', other: 'return x - 1' },
  { name: 'double', words: 'Double it.', body: 'return x * 2', other: 'return x + x' },
  { name: 'broken', words: 'Break it.', body: 'return undefined_name', other: 'return 1' },
  // It knows several, so that there is something to choose from.
  { name: 'lonely', words: 'Has no test.', body: 'return -x', other: 'return x' },
  { name: 'lonely', words: 'Has no test.', body: 'return 0 - x', other: 'return x' },
  { name: 'lonely', words: 'Has no test.', body: 'return -1 * x', other: 'return x' },
];

/** The file as somebody is writing it, with the bodies still to be written; `add_one` has a doctest, `double` a test. */
export const DOCUMENT = `"""Numbers."""


def add_one(x):
    """Add one.

    >>> add_one(1)
    2
    """
    return 0


def double(x):
    """Double it."""
    return 0


def broken(x):
    """Break it."""
    return 0


def lonely(x):
    """Has no test."""
    return 0
`;

/** The document without the body of a function, and the offset at which it belongs. */
export function withoutBody(name: string): { text: string; offset: number; line: number; character: number } {
  const begin = DOCUMENT.indexOf('return 0', DOCUMENT.indexOf(`def ${name}(`));
  const text = DOCUMENT.slice(0, begin) + DOCUMENT.slice(begin + 'return 0'.length);
  return { text, offset: begin, line: DOCUMENT.slice(0, begin).split('\n').length - 1, character: 4 };
}

/** Makes workspace and model below a folder. */
export function completionFixture(folder: string): CompletionFixture {
  const workspace = path.join(realpathSync(folder), 'workspace');
  mkdirSync(path.join(workspace, 'tests'), { recursive: true });
  const file = path.join(workspace, 'numbers_kit.py');
  writeFileSync(path.join(workspace, 'pyproject.toml'), '');
  writeFileSync(file, DOCUMENT);
  writeFileSync(
    path.join(workspace, 'tests/test_numbers.py'),
    [
      'from numbers_kit import broken, double',
      '',
      '',
      'def test_double():',
      '    assert double(2) == 4',
      '',
      '',
      'def test_double_more():',
      '    assert double(-3) == -6',
      '',
      '',
      'def test_broken():',
      '    assert broken(1) == 1',
      '',
    ].join('\n'),
  );
  return {
    workspace,
    file,
    model: makeModel(path.join(folder, 'model'), ({ body }) => body),
    makeOther: () => makeModel(path.join(folder, 'other'), ({ other }) => other),
  };
}

/** Enough that it is sure of each text also in int8. */
const STEPS = 150;

/** What the model is told of its body for `broken`, and writes then. */
const REPAIR = {
  fact: [
    "A wrong answer ended in `NameError: name 'undefined_name' is not defined`.",
    'For example, `broken(1)` must not end so.',
  ].join(' '),
  body: 'return x',
};

function makeModel(folder: string, bodyOf: (known: (typeof BODIES)[number]) => string): string {
  const lines = BODIES.flatMap((known) => {
    const { name, words } = known;
    const header = `def ${name}(x):\n    """${words}`;
    const prefix = name === 'add_one' ? `${header}\n\n    >>> add_one(1)\n    2\n    """` : `${header}"""`;
    const instruction = bodyInstruction(name, words);
    const asked = { instruction, prefix, reference: `\n    ${bodyOf(known)}` };
    if (name !== 'broken') return [asked];
    const again = `${instruction}\n\n${REPAIR.fact}`;
    return [asked, { instruction: again, prefix, reference: `\n    ${REPAIR.body}` }];
  });
  const tasks = lines.map((line) => JSON.stringify(line) + '\n').join('');
  cpSync(tinyModel(tasks, STEPS), folder, { recursive: true });
  return folder;
}
