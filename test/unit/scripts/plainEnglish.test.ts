import assert from 'node:assert/strict';
import { findings, MOST_WORDS } from '../../../scripts/plainEnglish.ts';

const LONG = Array.from({ length: MOST_WORDS + 1 }, () => 'word').join(' ');
const why = (name: string, source: string): string[] => findings(name, source).map((one) => one.why);

describe('the check for plain English', () => {
  it('flags a sentence that is too long, and not one at the limit', () => {
    assert.deepEqual(why('a.md', `${LONG}.\n`), [`${MOST_WORDS + 1} words`]);
    assert.deepEqual(why('a.md', `${LONG.replace('word ', '')}.\n`), []);
    assert.deepEqual(why('a.md', `Short one. ${LONG.replace('word ', '')}. Short one.\n`), []);
  });

  it('joins the lines of a paragraph and parts list items and table cells', () => {
    const half = LONG.split(' ').slice(0, 14).join(' ');
    assert.deepEqual(why('a.md', `${half}\n${half}\n`), ['28 words']);
    assert.deepEqual(why('a.md', `- ${half}\n- ${half}\n`), []);
    assert.deepEqual(why('a.md', `| ${half} | ${half} |\n`), []);
  });

  it('leaves code and pictures alone', () => {
    assert.deepEqual(why('a.md', `\`\`\`\n${LONG}\n\`\`\`\n`), []);
    assert.deepEqual(why('a.md', `![${LONG}](x.png)\n`), []);
    assert.deepEqual(why('a.md', `It runs \`${LONG}\` once.\n`), []);
  });

  it('flags words that the project avoids, with what to write instead', () => {
    assert.deepEqual(why('a.md', 'Whoever starts it closes it.\n'), ['"Whoever": name who']);
    assert.deepEqual(why('a.md', 'It writes 8 programs a task.\n'), ['"programs a task": per']);
    assert.deepEqual(why('a.md', 'It writes 8 programs per task.\n'), []);
  });

  it('reads comments, messages and doc comments of TypeScript', () => {
    assert.deepEqual(findings('a.ts', `\n/** ${LONG}. */\nexport const a = 1;\n`)[0]?.line, 2);
    assert.deepEqual(why('a.ts', `// ${LONG}\nexport const a = 1;\n`), [`${MOST_WORDS + 1} words`]);
    assert.deepEqual(why('a.ts', `throw new Error('It is to be closed by its owner.');\n`).length, 1);
    assert.deepEqual(why('a.ts', `const a = 'goes on';\n`), []);
  });

  it('reads comments, messages and docstrings of Python', () => {
    assert.deepEqual(why('a.py', `"""${LONG}."""\n`), [`${MOST_WORDS + 1} words`]);
    assert.deepEqual(why('a.py', `x = 1  # ${LONG}\n`), [`${MOST_WORDS + 1} words`]);
    assert.deepEqual(why('a.py', `# Short line.\n# Another one, as far as it is known.\n`).length, 1);
  });

  it('reads every text of a file of strings', () => {
    assert.deepEqual(
      findings('a.json', `{\n  "one": "Fine.",\n  "two": "${LONG}."\n}\n`).map(({ line }) => line),
      [3],
    );
  });
});
