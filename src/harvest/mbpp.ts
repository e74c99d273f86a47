import { z } from 'zod';
import type { Task } from '../protocol/task.ts';
import { functionReference } from './functionReference.ts';
import { lineError, parseLine, type JsonLine } from './jsonLines.ts';

/** A problem of MBPP (Austin et al. 2021). The sanitized edition has `prompt` and `test_imports`. */
const MbppLine = z.looseObject({
  task_id: z.int(),
  text: z.string().min(1).optional(),
  prompt: z.string().min(1).optional(),
  code: z.string().optional(),
  test_setup_code: z.string().optional(),
  test_imports: z.array(z.string()).optional(),
  test_list: z.array(z.string().min(1)).min(1),
});

/** True for a line with MBPP's keys. */
export function isMbpp(value: Record<string, unknown>): boolean {
  return 'test_list' in value;
}

/**
 * The task of an MBPP line. Its instruction holds the text and the first test (section 3 of the LeTI paper); all tests are
 * checks. Throws a UserError (exit code 2) for a line of another form.
 */
export function mbppTask(line: JsonLine): Task {
  const problem = parseLine(line, MbppLine, 'an MBPP problem');
  const text = problem.text ?? problem.prompt;
  if (text === undefined) throw lineError(line, 'as an MBPP problem, it needs "text" (or "prompt")');
  const code = unixLines(problem.code ?? '');
  const tests = problem.test_list.map(unixLines);
  const name = calledFunction(tests, code);
  if (name === undefined) {
    throw lineError(line, 'the first test calls no function; expected something like `assert f(1) == 2`');
  }
  const setup = [...(problem.test_imports ?? []), unixLines(problem.test_setup_code ?? '')]
    .filter((part) => part.trim() !== '')
    .join('\n');
  const reference = functionReference(code, name, [setup, ...tests].join('\n'));
  return {
    id: `mbpp/${problem.task_id}`,
    source: 'mbpp',
    name,
    instruction: `${text.trim()}\nYour program has to satisfy this test:\n${tests[0] ?? ''}`,
    prefix: `def ${name}(`,
    hole: 'function',
    indent: 0,
    setup,
    checks: tests.map((source) => ({ kind: 'statements', source })),
    ...(reference === undefined ? {} : { reference }),
    family: `mbpp/${problem.task_id}`,
  };
}

/** The reference program of an MBPP line, unchanged. */
export function mbppSolution(line: JsonLine): string {
  const { code } = parseLine(line, MbppLine, 'an MBPP problem');
  if (code === undefined) throw lineError(line, 'this MBPP problem has no "code"');
  return code;
}

/** Python's own names that tests use around the function under test. */
const PYTHON_NAMES = new Set(
  (
    'assert not and or in is if else for lambda print len set sorted list tuple dict str int float bool abs round ' +
    'sum min max all any map filter zip range enumerate reversed repr type isinstance isclose frozenset'
  ).split(' '),
);

/**
 * The function under test: of the names that the first test calls, the first that the reference defines; without a
 * reference, the first that is not Python's own.
 */
function calledFunction(tests: readonly string[], code: string): string | undefined {
  const called = [...(tests[0] ?? '').matchAll(/(?<![\w.])([A-Za-z_]\w*)\s*\(/g)].map(
    (match) => match[1] ?? '',
  );
  const defined = new Set([...code.matchAll(/^(?:async )?def +(\w+)/gm)].map((match) => match[1] ?? ''));
  return called.find((name) => defined.has(name)) ?? called.find((name) => !PYTHON_NAMES.has(name));
}

function unixLines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}
