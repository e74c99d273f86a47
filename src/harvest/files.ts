import { Task } from '../protocol/task.ts';
import { assignFamilies } from './families.ts';
import { humanEvalTask, isHumanEval } from './humaneval.ts';
import { lineError, parseLine, readJsonLines, writeJsonLines, type JsonLine } from './jsonLines.ts';
import { isMbpp, mbppTask } from './mbpp.ts';
import { isSpec } from './specs.ts';

/**
 * The tasks of a JSON lines file, plain or packed with gzip. Each line has MBPP's, HumanEval's or our own format; its keys
 * say which (docs/tasks.md). Near duplicates among MBPP's and HumanEval's tasks get one family. Our own format holds its
 * families. Throws a UserError (exit code 2) that names the file, the line and the expected form, also for two tasks with
 * one id.
 */
export async function readTaskFile(path: string): Promise<Task[]> {
  const lines = await readJsonLines(path);
  const seen = new Map<string, number>();
  const tasks = lines.map((line) => {
    const task = taskOf(line);
    const first = seen.get(task.id);
    if (first !== undefined) throw lineError(line, `the task "${task.id}" is already on line ${first}`);
    seen.set(task.id, line.line);
    return task;
  });
  return withFamilies(tasks);
}

/** Writes tasks in our own format. The file appears whole or not at all. */
export async function writeTaskFile(path: string, tasks: readonly Task[]): Promise<void> {
  await writeJsonLines(path, tasks);
}

function taskOf(line: JsonLine): Task {
  if (isMbpp(line.value)) return mbppTask(line);
  if (isHumanEval(line.value)) return humanEvalTask(line);
  if (isSpec(line.value)) {
    throw lineError(line, 'this names a task by its commit; import it first (docs/tasks.md)');
  }
  if (!('checks' in line.value)) {
    throw lineError(
      line,
      'this is no task: expected the keys of MBPP ("text", "test_list"), of HumanEval ("prompt", "entry_point", ' +
        '"test") or of our own format ("instruction", "prefix", "checks")',
    );
  }
  return ownTask(line);
}

function ownTask(line: JsonLine): Task {
  const task = parseLine(line, Task, 'a task of our own format');
  if (/\s$/.test(task.prefix)) throw lineError(line, '"prefix" must not end in white space');
  if (task.hole === 'body' && task.indent === 0)
    throw lineError(line, '"indent" must be 1 or more for a "body"');
  return task;
}

function withFamilies(tasks: readonly Task[]): Task[] {
  const imported = tasks.filter((task) => task.source === 'mbpp' || task.source === 'humaneval');
  const families = assignFamilies(
    imported
      .filter((task) => task.family === task.id)
      .map((task) => ({ id: task.id, text: `${task.instruction}\n${task.prefix}\n${task.reference ?? ''}` })),
  );
  return tasks.map((task) => ({ ...task, family: families.get(task.id) ?? task.family }));
}
