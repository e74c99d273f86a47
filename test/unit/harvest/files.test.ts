import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { assembleProgram } from '../../../src/core/text/program.ts';
import { readTaskFile, writeTaskFile } from '../../../src/harvest/files.ts';
import { programOfSample, readSamplesFile, referenceSamples } from '../../../src/harvest/samples.ts';
import { UserError } from '../../../src/protocol/errors.ts';

const MBPP = {
  text: 'Write a function to add one.',
  code: 'import math\r\ndef plus_one(x):\r\n  return math.floor(x) + 1',
  task_id: 7,
  test_setup_code: '',
  test_list: ['assert plus_one(1) == 2', 'assert plus_one(5) == 6'],
  challenge_test_list: [],
};
const HUMAN_EVAL = {
  task_id: 'HumanEval/900',
  prompt:
    'import os\n\n\ndef half(x: int) -> float:\n    """ Return half of x.\n    >>> half(4)\n    2.0\n    """\n',
  entry_point: 'half',
  canonical_solution: '    return x / 2\n',
  test: 'def check(candidate):\n    assert candidate(4) == 2.0\n',
};

describe('task and sample files', () => {
  let folder = '';
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return file;
  };
  const lines = (...values: unknown[]): string =>
    values.map((value) => JSON.stringify(value) + '\n').join('');
  const refuses = async (
    file: string,
    pattern: RegExp,
    read: (file: string) => Promise<unknown> = readTaskFile,
  ): Promise<void> => {
    await assert.rejects(read(file), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, pattern);
      assert.ok(error.message.includes(file), error.message);
      assert.notEqual(commandLineStep(error.nextStep), '');
      return true;
    });
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leti-files-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads an MBPP problem as the rest of a function', async () => {
    const [task] = await readTaskFile(await write('mbpp.jsonl', lines(MBPP)));
    assert.ok(task);
    assert.equal(task.id, 'mbpp/7');
    assert.equal(task.name, 'plus_one');
    assert.equal(task.prefix, 'def plus_one(');
    assert.equal(task.hole, 'function');
    assert.deepEqual(task.checks, [
      { kind: 'statements', source: 'assert plus_one(1) == 2' },
      { kind: 'statements', source: 'assert plus_one(5) == 6' },
    ]);
    assert.match(task.instruction, /^Write a function to add one\.[^]*assert plus_one\(1\) == 2$/);
    assert.doesNotMatch(task.instruction, /plus_one\(5\)/);
    assert.equal(
      assembleProgram(task, task.reference ?? '').text,
      'def plus_one(x):\n  import math\n  return math.floor(x) + 1',
    );
  });

  it('reads the sanitized edition of MBPP', async () => {
    const sanitized = {
      source_file: 'x',
      task_id: 8,
      prompt: 'Write a function to find the nearest.',
      code: 'def helper(x):\n  return x\n\ndef nearest(x):\n  return helper(x)',
      test_imports: ['import math'],
      test_list: ['assert math.isclose(nearest(1.0), 1.0)'],
    };
    const [task] = await readTaskFile(await write('sanitized.jsonl', lines(sanitized)));
    assert.equal(task?.name, 'nearest');
    assert.equal(task.setup, 'import math');
    assert.equal(task.reference, 'x):\n  def helper(x):\n    return x\n  return helper(x)');
  });

  it('finds the function in the tests when there is no reference', async () => {
    const problem = { ...MBPP, code: undefined, test_list: ['assert sorted(list(pick([1]))) == [1]'] };
    const [task] = await readTaskFile(await write('mbpp.jsonl', lines(problem)));
    assert.equal(task?.name, 'pick');
    assert.equal(task.reference, undefined);
  });

  it('keeps classes that the tests use at module level', async () => {
    const problem = {
      ...MBPP,
      code: 'class Pair:\n  def __init__(self, a):\n    self.a = a\ndef first(pair):\n  return pair.a',
      test_list: ['assert first(Pair(1)) == 1'],
    };
    const [task] = await readTaskFile(await write('mbpp.jsonl', lines(problem)));
    assert.equal(task?.name, 'first');
    assert.match(task.reference ?? '', /^pair\):\n {2}return pair\.a\n\nclass Pair:/);
  });

  it('gives no reference where the header needs what stands before it', async () => {
    const code = 'from typing import List\ndef plus_one(x: List[int]):\n  return x';
    const [task] = await readTaskFile(await write('mbpp.jsonl', lines({ ...MBPP, code })));
    assert.equal(task?.reference, undefined);
  });

  it('does not let moved code overwrite a parameter', async () => {
    const code = 'x = 5\ndef plus_one(x):\n  return x + 1';
    const [task] = await readTaskFile(await write('mbpp.jsonl', lines({ ...MBPP, code })));
    assert.equal(task?.reference, 'x):\n  return x + 1\n\nx = 5');
  });

  it('reads HumanEval, packed, with a prompt that ends right after the docstring', async () => {
    const [task] = await readTaskFile(await write('he.jsonl.gz', gzipSync(lines(HUMAN_EVAL))));
    assert.ok(task);
    assert.equal(task.id, 'HumanEval/900');
    assert.ok(task.prefix.endsWith('2.0\n    """'));
    assert.equal(task.hole, 'body');
    assert.equal(task.indent, 4);
    assert.equal(task.reference, '\n    return x / 2');
    assert.equal(
      task.instruction,
      'Write the body of the Python function half.\nReturn half of x.\n>>> half(4)\n2.0',
    );
    assert.deepEqual(task.checks, [{ kind: 'statements', source: `${HUMAN_EVAL.test}\ncheck(half)` }]);
  });

  it('writes tasks that read back equal, and leaves nothing else behind', async () => {
    const tasks = await readTaskFile(await write('both.jsonl', lines(MBPP, HUMAN_EVAL)));
    const out = path.join(folder, 'own.jsonl');
    await writeTaskFile(out, tasks);
    assert.deepEqual(await readTaskFile(out), tasks);
    assert.deepEqual((await readdir(folder)).sort(), ['both.jsonl', 'own.jsonl']);
  });

  it('refuses to write into a folder that does not exist', async () => {
    const out = path.join(folder, 'none', 'own.jsonl');
    await refuses(out, /cannot be written/, async (file) => {
      await writeTaskFile(file, []);
    });
  });

  it('puts near duplicates into one family', async () => {
    const twin = { ...MBPP, task_id: 9 };
    const other = {
      ...MBPP,
      task_id: 10,
      text: 'Count vowels.',
      code: 'def vowels(text):\n  return sum(c in "aeiou" for c in text)',
      test_list: ['assert vowels("a") == 1'],
    };
    const [a, b, c] = await readTaskFile(await write('mbpp.jsonl', lines(MBPP, other, twin)));
    assert.equal(a?.family, c?.family);
    assert.notEqual(a?.family, b?.family);
  });

  it('names file and line of what is wrong', async () => {
    await refuses(await write('a.jsonl', lines(MBPP) + '\n{"task_id": 8,\n'), /a\.jsonl:3: this is not JSON/);
    await refuses(await write('b.jsonl', '[1]\n'), /b\.jsonl:1: .*not a JSON object/);
    await refuses(
      await write('c.jsonl', lines({ ...MBPP, test_list: [] })),
      /c\.jsonl:1: .*MBPP.*"test_list"/,
    );
    await refuses(
      await write('d.jsonl', lines({ ...HUMAN_EVAL, test: 5 })),
      /d\.jsonl:1: .*HumanEval.*"test"/,
    );
    await refuses(await write('e.jsonl', lines({ a: 1 })), /e\.jsonl:1: .*no task: expected the keys/);
    await refuses(await write('f.jsonl', lines(MBPP, MBPP)), /f\.jsonl:2: .*"mbpp\/7" is already on line 1/);
    await refuses(await write('g.jsonl', '\n \n'), /g\.jsonl: the file holds no lines/);
    await refuses(await write('h.jsonl', Uint8Array.of(0x1f, 0x8b, 0, 0)), /h\.jsonl could not be read/);
    await refuses(await write('i.jsonl', Uint8Array.of(0x22, 0xff)), /i\.jsonl could not be read/);
    await refuses(path.join(folder, 'missing.jsonl'), /missing\.jsonl could not be read/);
    await refuses(
      await write('j.jsonl', lines({ ...MBPP, test_list: ['assert 1'] })),
      /j\.jsonl:1: .*calls no function/,
    );
    await refuses(
      await write('k.jsonl', lines({ ...HUMAN_EVAL, prompt: 'def half(x):' })),
      /k\.jsonl:1: .*followed by exactly one newline/,
    );
  });

  it('checks tasks of our own format', async () => {
    const [task] = await readTaskFile(await write('he.jsonl', lines(HUMAN_EVAL)));
    assert.ok(task);
    const own = { ...task, source: 'file' };
    await refuses(
      await write('a.jsonl', lines({ ...own, prefix: 'def f():\n' })),
      /a\.jsonl:1: .*white space/,
    );
    await refuses(await write('b.jsonl', lines({ ...own, indent: 0 })), /b\.jsonl:1: .*"indent"/);
    await refuses(
      await write('c.jsonl', lines({ ...own, checks: [{ kind: 'magic' }] })),
      /c\.jsonl:1: .*"checks\.0/,
    );
    await refuses(await write('d.jsonl', lines({ ...own, surprise: 1 })), /d\.jsonl:1: .*surprise/);
  });

  it('reads samples and makes their programs', async () => {
    const file = await write('both.jsonl', lines(MBPP, HUMAN_EVAL));
    const [mbpp, humanEval] = await readTaskFile(file);
    assert.ok(mbpp && humanEval);
    const samples = await readSamplesFile(
      await write(
        's.jsonl',
        lines({ task_id: 7, completion: 'x = 1', note: 'kept' }, ...(await referenceSamples(file))),
      ),
    );
    assert.deepEqual(
      samples.map((sample) => [sample.taskId, sample.line]),
      [
        ['mbpp/7', 1],
        ['mbpp/7', 2],
        ['HumanEval/900', 3],
      ],
    );
    assert.equal(samples[0]?.original['note'], 'kept');
    assert.equal(programOfSample(mbpp, samples[1]?.completion ?? '').main.source, MBPP.code);
    assert.equal(
      programOfSample(humanEval, samples[2]?.completion ?? '').main.source,
      HUMAN_EVAL.prompt + HUMAN_EVAL.canonical_solution,
    );
    await refuses(
      await write('t.jsonl', lines({ task_id: 7 })),
      /t\.jsonl:1: .*"completion"/,
      readSamplesFile,
    );
  });
});
