import { z } from 'zod';
import { assembleProgram, type AssembledProgram } from '../core/text/program.ts';
import type { Task } from '../protocol/task.ts';
import { humanEvalSolution, isHumanEval } from './humaneval.ts';
import { parseLine, readJsonLines } from './jsonLines.ts';
import { isMbpp, mbppSolution } from './mbpp.ts';

/** A program for a task, in the form of HumanEval's tools. MBPP's task ids may be numbers. */
const SampleKeys = z.looseObject({
  task_id: z.union([z.string().min(1), z.int()]),
  completion: z.string(),
});

/** One line of a samples file. */
export interface SampleLine {
  /** The task's id as `readTaskFile` gives it. */
  taskId: string;
  completion: string;
  /** One-based line in the file. */
  line: number;
  /** The whole line, which is written out again with its results. */
  original: Record<string, unknown>;
}

/** The samples of a JSON lines file, plain or packed with gzip. Throws a UserError (exit code 2) as `readTaskFile` does. */
export async function readSamplesFile(path: string): Promise<SampleLine[]> {
  return (await readJsonLines(path)).map((line) => {
    const { task_id, completion } = parseLine(line, SampleKeys, 'a sample');
    return { taskId: taskIdOf(task_id), completion, line: line.line, original: line.value };
  });
}

/** The reference programs of an MBPP or HumanEval file as samples. Lines of other formats give none. */
export async function referenceSamples(path: string): Promise<{ task_id: string; completion: string }[]> {
  return (await readJsonLines(path)).flatMap((line) => {
    const id = line.value['task_id'];
    if (isMbpp(line.value)) return [{ task_id: `mbpp/${String(id)}`, completion: mbppSolution(line) }];
    if (isHumanEval(line.value)) return [{ task_id: String(id), completion: humanEvalSolution(line) }];
    return [];
  });
}

/**
 * The program that a sample's completion makes: for MBPP the completion itself, for HumanEval the task's prompt and the
 * completion, for other tasks their prefix and the completion.
 */
export function programOfSample(task: Task, completion: string): AssembledProgram {
  switch (task.source) {
    case 'mbpp':
      return assembleProgram({ ...task, prefix: '' }, completion);
    case 'humaneval':
      // The prefix lacks the newline at the end of HumanEval's prompt.
      return assembleProgram(task, `\n${completion}`);
    case 'tests':
    case 'doctests':
    case 'history':
    case 'file':
      return assembleProgram(task, completion);
  }
}

function taskIdOf(id: string | number): string {
  return /^\d+$/.test(String(id)) ? `mbpp/${id}` : String(id);
}
