/**
 * `node scripts/easyTasks.ts [--check] [--against FILE...]`: makes the task files of `experiments/easy` from its functions:
 * `train.jsonl`, `validation.jsonl` and `held-out.jsonl`, divided by family; then says how near each held-out task is
 * to what is trained on, and to the tasks of the other files named. With `--check` nothing is written.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bodyInstruction, docstringSummary } from '../src/core/learning/instructions.ts';
import { splitTasks } from '../src/core/learning/split.ts';
import { NEAR, nearest } from '../src/harvest/families.ts';
import { readTaskFile, writeTaskFile } from '../src/harvest/files.ts';
import type { Task } from '../src/protocol/task.ts';

export const EASY = path.resolve(import.meta.dirname, '../experiments/easy');
const SEED = 8;
const HELD_OUT = 135;
const VALIDATION = 110;
const INDENT = 4;

export interface Sides {
  train: Task[];
  validation: Task[];
  'held-out': Task[];
}

/** The tasks of all function files, in the order of the files' names. */
export async function easyTasks(folder = path.join(EASY, 'functions')): Promise<Task[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.py')).toSorted();
  const sources = await Promise.all(
    files.map(async (name) => ({ name, source: await readFile(path.join(folder, name), 'utf8') })),
  );
  return sources.flatMap(({ name, source }) => tasksOfSource(name, source));
}

/** One side for each family, drawn by seed. */
export function sidesOf(tasks: readonly Task[]): Sides {
  const { train: rest, heldOut } = splitTasks(tasks, { seed: SEED, heldOutCount: HELD_OUT });
  const { train, heldOut: validation } = splitTasks(rest, { seed: SEED, heldOutCount: VALIDATION });
  return { train, validation, 'held-out': heldOut };
}

/** What near duplicates are told by: the words of a task and its reference, without the function's name. */
export function wordsOf(task: Task): string {
  const summary = docstringSummary(/"""(.*?)"""/s.exec(task.prefix)?.[1] ?? task.instruction);
  return `${summary}\n${task.reference ?? ''}`;
}

/**
 * The tasks of one function file. Each function, with a docstring of one line, is followed by its asserts; a comment
 * `# family: ...` stands in front of a family's first function. Throws on anything else, naming the line.
 */
export function tasksOfSource(file: string, source: string): Task[] {
  const tasks: Task[] = [];
  let family = '';
  const lines = source.split('\n');
  const wrong = (line: number, expected: string): Error =>
    new Error(`${file}:${line + 1}: expected ${expected}`);
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const named = /^# family: (.+)$/.exec(line);
    if (named !== null || line === '' || (at === 0 && line.startsWith('"""'))) {
      family = named?.[1] ?? family;
      at++;
      continue;
    }
    const name = /^def (\w+)\(.*\):$/.exec(line)?.[1];
    if (name === undefined) throw wrong(at, 'a function on a line of its own, or a family');
    if (family === '') throw wrong(at, 'a family in front of the first function');
    const docstring = /^ {4}"""(.+)"""$/.exec(lines[at + 1] ?? '')?.[1];
    if (docstring === undefined) throw wrong(at + 1, 'a docstring of one line');
    const prefix = `${line}\n${lines[at + 1] ?? ''}`;
    at += 2;
    const body: string[] = [];
    while (/^ {4}|^$/.test(lines[at] ?? 'end')) body.push(lines[at++] ?? '');
    const checks: Task['checks'] = [];
    for (; (lines[at] ?? '').startsWith('assert '); at++)
      checks.push({ kind: 'statements', source: lines[at] ?? '' });
    if (checks.length < 3) throw wrong(at, `three asserts or more about ${name}, one a line`);
    tasks.push({
      id: `easy/${name}`,
      source: 'file',
      name,
      instruction: bodyInstruction(name, docstring),
      prefix,
      hole: 'body',
      indent: INDENT,
      setup: '',
      checks,
      reference: `\n${body.join('\n').trimEnd()}`,
      family: `easy/${family}`,
    });
  }
  return tasks;
}

/** How near tasks are to the nearest of others: smallest, median, largest share, and the nearest pairs. */
export function nearness(tasks: readonly Task[], others: readonly Task[]): string {
  const found = nearest(tasks.map(wordsOf), others.map(wordsOf))
    .map(({ index, share }, of) => ({ task: tasks[of]?.id ?? '', other: others[index]?.id ?? '', share }))
    .toSorted((a, b) => a.share - b.share);
  const at = (q: number): string => (found[Math.round(q * (found.length - 1))]?.share ?? 0).toFixed(2);
  const pairs = found.slice(-5).map(({ task, other, share }) => `    ${share.toFixed(2)}  ${task}  ${other}`);
  return [
    `least ${at(0)}, median ${at(0.5)}, most ${at(1)} (near duplicates from ${NEAR})`,
    ...pairs.reverse(),
  ].join('\n');
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      against: { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  const sides = sidesOf(await easyTasks());
  const seen = [...sides.train, ...sides.validation];
  for (const [side, tasks] of Object.entries(sides) as [keyof Sides, Task[]][]) {
    if (!values.check) await writeTaskFile(path.join(EASY, `${side}.jsonl`), tasks);
    console.log(
      `${side}: ${tasks.length} tasks of ${new Set(tasks.map((task) => task.family)).size} families`,
    );
  }
  console.log(`held-out to train: ${nearness(sides['held-out'], sides.train)}`);
  console.log(`held-out to validation: ${nearness(sides['held-out'], sides.validation)}`);
  console.log(`validation to train: ${nearness(sides.validation, sides.train)}`);
  for (const file of [...values.against, ...positionals]) {
    console.log(
      `all to ${path.basename(file)}: ${nearness([...seen, ...sides['held-out']], await readTaskFile(file))}`,
    );
  }
}
