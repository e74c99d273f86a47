import { z } from 'zod';
import { Case, says, type Answer, type Reproduction } from './case.ts';

const Shown = z.object({ event: z.literal('completion'), text: z.string() });
const Nothing = z.object({ event: z.literal('nothing'), why: z.string().optional() });

/** What one place shows: `text` is undefined where nothing is shown, and `file` is the file with it. */
interface Place {
  text: string | undefined;
  file: string;
  /** Whether the file with the text parses. */
  parses: boolean;
}

/** A case that completes `c.py` at a place. */
function place(
  line: number,
  character: number,
  expected: string,
  isRight: (shown: Place) => boolean,
): Reproduction {
  return {
    expected,
    needsModel: true,
    run: async (one) => {
      const shown = await complete(one, line, character);
      return { got: shown.text ?? '(nothing)', ok: isRight(shown) };
    },
  };
}

async function complete(one: Case, line: number, character: number): Promise<Place> {
  const at = ['--line', String(line), '--character', String(character)];
  const result = await one.leti(['complete', 'c.py', ...at, '--model', 'default', '--json']);
  const last: unknown = JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '');
  const shown = Shown.safeParse(last);
  if (!shown.success && !Nothing.safeParse(last).success) throw new Error(says(result));
  const text = shown.data?.text;
  const lines = (await one.read('c.py')).split('\n');
  const own = lines[line] ?? '';
  lines[line] = own.slice(0, character) + (text ?? '') + own.slice(character);
  const file = lines.join('\n');
  await one.write('with.py', file);
  const { code } = await one.run(one.python, ['-c', 'import ast; ast.parse(open("with.py").read())']);
  return { text, file, parses: code === 0 };
}

const whole = ({ text, parses }: Place): boolean => text === undefined || parses;

export const COMPLETIONS: Readonly<Record<string, Reproduction>> = {
  'c01-header-for': place(3, 4, 'a header or a whole loop', ({ text }) => text !== undefined),
  'c03-header-with': place(
    3,
    4,
    'a `with` and its body, or its header',
    ({ text }) => text?.includes('open(') === true,
  ),
  'c04-decorator': place(3, 11, 'no bracket stays open', ({ text }) => isBalanced(text ?? '')),
  'c05-fstring-braces': place(
    1,
    15,
    '`name`, or nothing',
    ({ text }) => text === undefined || text === 'name',
  ),
  'c07-cut-in-a-string': place(0, 12, 'a text that is whole, or nothing', whole),
  'c09-cut-function': place(0, 0, 'whole statements, or nothing', whole),
  'c10-comment-swallows-brackets': place(
    1,
    16,
    'no comment in front of the brackets',
    ({ text, parses }) => text === undefined || (parses && !text.includes('#')),
  ),
  'c12-next-definition-again': place(
    5,
    0,
    'nothing that stands below',
    ({ text }) => !/def g\b/.test(text ?? ''),
  ),
  'c14-example-usage': place(
    2,
    0,
    'the body alone',
    ({ text, parses }) => parses && text !== undefined && !/Example|print\(/.test(text),
  ),
  'c16-part-of-a-keyword': place(6, 12, '`rn ...`', ({ text }) => text?.startsWith('rn') === true),
  'c17-part-of-a-name': place(2, 14, '`ber ...`', ({ text }) => text?.startsWith('ber') === true),
  'c19-not-python': {
    expected: 'exit 2, and what to do',
    run: async (one): Promise<Answer> => {
      const result = await one.leti(['complete', 'notes.md', '--line', '1', '--character', '0']);
      return {
        got: `exit ${result.code}: ${says(result)}`,
        ok: result.code === 2 && says(result).includes('Python'),
      };
    },
  },
};

/** Whether each bracket that a text opens is closed in it. Brackets of the text before it may be closed. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
  }
  return depth <= 0;
}
