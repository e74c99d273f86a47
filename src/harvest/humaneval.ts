import { z } from 'zod';
import type { Task } from '../protocol/task.ts';
import { lineError, parseLine, type JsonLine } from './jsonLines.ts';

/** A problem of HumanEval (Chen et al. 2021). */
const HumanEvalLine = z.looseObject({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  entry_point: z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a function'),
  canonical_solution: z.string().optional(),
  test: z.string().min(1),
});

/** True for a line with HumanEval's keys. */
export function isHumanEval(value: Record<string, unknown>): boolean {
  return 'entry_point' in value && 'prompt' in value;
}

/**
 * The task of a HumanEval line, with one check. Its prefix is the prompt up to the closing quotes of its docstring. The
 * completion brings the newline at the prompt's end: small models take a prompt that ends in a newline for a finished
 * function. Throws a UserError (exit code 2) for a line of another form.
 */
export function humanEvalTask(line: JsonLine): Task {
  const problem = parseLine(line, HumanEvalLine, 'a HumanEval problem');
  const prefix = problem.prompt.trimEnd();
  if (problem.prompt.slice(prefix.length) !== '\n') {
    throw lineError(line, '"prompt" has to end in a header or docstring followed by exactly one newline');
  }
  const start = prefix.search(new RegExp(`^def +${problem.entry_point}\\b`, 'm'));
  if (start < 0) throw lineError(line, `"prompt" does not define the function ${problem.entry_point}`);
  const solution = problem.canonical_solution?.trimEnd();
  return {
    id: problem.task_id,
    source: 'humaneval',
    name: problem.entry_point,
    instruction:
      `Write the body of the Python function ${problem.entry_point}.\n${docstring(prefix.slice(start))}`.trimEnd(),
    prefix,
    hole: 'body',
    indent: 4,
    setup: '',
    checks: [{ kind: 'statements', source: `${problem.test}\ncheck(${problem.entry_point})` }],
    ...(solution === undefined ? {} : { reference: `\n${solution}` }),
    family: problem.task_id,
  };
}

/** The reference of a HumanEval line as the completion of its prompt. */
export function humanEvalSolution(line: JsonLine): string {
  const { canonical_solution } = parseLine(line, HumanEvalLine, 'a HumanEval problem');
  if (canonical_solution === undefined) throw lineError(line, 'this problem has no "canonical_solution"');
  return canonical_solution;
}

/** The docstring at the end of a function's header, without quotes and indentation; empty where there is none. */
function docstring(definition: string): string {
  const match = /("""|''')([^]*?)\1$/.exec(definition);
  return (match?.[2] ?? '').replaceAll(/^[ \t]+/gm, '').trim();
}
